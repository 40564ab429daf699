using System.Collections.Concurrent;
using FireproofBench.Gateways.Simulated;

namespace FireproofBench.Scenarios.Proxying;

/// <summary>A cache before a store that gives answers again for a while, whatever became of the object meanwhile.</summary>
/// <param name="setting">For how long, at which part of the occasions, and the clock.</param>
/// <param name="keeps">Which answers it keeps.</param>
/// <param name="servesAfter">After which change of the object a kept answer is given; null for at any time.</param>
internal sealed class AnswerCache(FaultSetting setting, Func<HttpResponseMessage, bool> keeps, HttpMethod? servesAfter)
{
    private readonly ConcurrentDictionary<string, KeptAnswer> _kept = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, long> _changed = new(StringComparer.Ordinal);

    /// <summary>A request that passes the cache.</summary>
    public async Task<HttpResponseMessage> AnswerAsync(HttpRequestMessage request, Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> pass, CancellationToken cancellation)
    {
        long now = setting.Time.GetTimestamp();
        string place = ObjectRequest.PlaceOf(request);
        if (!ObjectRequest.IsRead(request))
        {
            HttpResponseMessage done = await pass(request, cancellation);
            if (request.Method == servesAfter && done.IsSuccessStatusCode && setting.Strikes())
                _changed[place] = setting.Time.GetTimestamp() + Ticks;
            return done;
        }

        string name = $"{request.Method} {place} {request.Headers.Range}";
        KeptAnswer? kept = _kept.GetValueOrDefault(name);
        if (kept is not null && now < (servesAfter is null ? kept.Until : _changed.GetValueOrDefault(place)))
            return kept.Give(request);
        HttpResponseMessage answer = await pass(request, cancellation);
        if (keeps(answer) && (servesAfter is not null || setting.Strikes()))
            _kept[name] = await KeptAnswer.TakeAsync(answer, setting.Time.GetTimestamp() + Ticks, cancellation);
        return answer;
    }

    private long Ticks => (long)(setting.Lag.TotalSeconds * setting.Time.TimestampFrequency);
}
