using System.Globalization;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Gateways.Simulated;

/// <summary>Outages of one endpoint, which come and go: one in each four mean times, half to one and a half times the mean long. When they are follows from the seed, not from the calls.</summary>
/// <param name="mean">The mean time of an outage, above zero.</param>
/// <param name="endpoint">The endpoint, from 0. Each has outages of its own.</param>
/// <param name="setting">Chance and clock.</param>
internal sealed class Outages(TimeSpan mean, int endpoint, FaultSetting setting)
{
    /// <summary>How long an outage is at the most, in mean times.</summary>
    public const double Longest = 1.5;

    // An outage begins in the first half of its turn and so ends before the next turn: no two follow each other at once.
    private const int Turn = 4;
    private readonly long _turn = Math.Max(1, setting.Ticks(mean * Turn));
    private readonly Lock _lock = new();
    private long _known = -1;
    private long _begins;
    private long _ends;

    /// <summary>Fails while there is an outage.</summary>
    /// <exception cref="StorageException">Transient: nothing was done.</exception>
    public void Check(string operation, string key)
    {
        if (Left() > TimeSpan.Zero)
            throw new StorageException(StorageErrorKind.Transient, operation, key, "status 503 ServiceUnavailable: an outage");
    }

    /// <summary>Waits until there is none.</summary>
    public Task PassAsync(CancellationToken cancellation) => Left() is { Ticks: > 0 } left ? Task.Delay(left, setting.Time, cancellation) : Task.CompletedTask;

    /// <summary>How long the outage goes on; zero when there is none.</summary>
    public TimeSpan Left()
    {
        long now = setting.Time.GetTimestamp();
        lock (_lock)
        {
            if (_known != now / _turn)
            {
                _known = now / _turn;
                string place = string.Create(CultureInfo.InvariantCulture, $"outage {endpoint} {_known}");
                _begins = (_known * _turn) + (long)(setting.FractionAt(place) * _turn / 2);
                _ends = _begins + setting.Ticks(mean * (Longest - setting.FractionAt($"length of {place}")));
            }

            return now >= _begins && now < _ends ? setting.Time.GetElapsedTime(now, _ends) : TimeSpan.Zero;
        }
    }
}
