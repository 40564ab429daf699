using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Threading.Channels;

namespace FireproofBench.Soak;

/// <summary>A device's process as the judge sees it, and what it acknowledged over all of its starts.</summary>
/// <param name="options">The command line of the judge.</param>
/// <param name="number">The device.</param>
internal sealed class DeviceProcess(SoakOptions options, int number)
{
    private Process? _process;
    private Channel<string> _answers = Channel.CreateUnbounded<string>();
    private int _starts;

    /// <summary>The newest acknowledged number of each id of its own.</summary>
    public ConcurrentDictionary<string, int> Put { get; } = new();

    /// <summary>Ids that it put and deleted.</summary>
    public ConcurrentDictionary<string, bool> Deleted { get; } = new();

    /// <summary>Acknowledged writes.</summary>
    public int Acknowledged => Put.Count + Deleted.Count;

    /// <summary>How many lines told of a write.</summary>
    public long Writes { get; private set; }

    /// <summary>Starts it, again perhaps, and waits until it is attached.</summary>
    public async Task StartAsync()
    {
        ProcessStartInfo start = new(
            "dotnet",
            [
                typeof(DeviceProcess).Assembly.Location, .. options.Remotes, "--folder", options.Folder, "--seed", options.Seed.ToString(CultureInfo.InvariantCulture),
                "--pace", options.Pace.ToString(CultureInfo.InvariantCulture),
                "--device", number.ToString(CultureInfo.InvariantCulture), "--start", (_starts++).ToString(CultureInfo.InvariantCulture),
            ])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        _answers = Channel.CreateUnbounded<string>();
        _process = Process.Start(start)!;
        _ = ListenAsync(_process, _answers.Writer);
        await AnswerAsync("ready");
    }

    /// <summary>Kills it in the middle of what it does.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    /// <summary>Says a word and waits for its answer.</summary>
    public async Task<string> SayAsync(string word, string answer)
    {
        await TellAsync(word);
        return await AnswerAsync(answer);
    }

    /// <summary>Lets it go on after a rest.</summary>
    public Task GoOnAsync() => TellAsync("go");

    /// <summary>Lets it end.</summary>
    public async Task EndAsync()
    {
        await TellAsync("end");
        await _process!.WaitForExitAsync();
        _process.Dispose();
    }

    /// <summary>The next line that begins so.</summary>
    public async Task<string> AnswerAsync(string beginning)
    {
        using CancellationTokenSource patience = new(TimeSpan.FromMinutes(5));
        try
        {
            while (true)
            {
                string line = await _answers.Reader.ReadAsync(patience.Token);
                if (line.StartsWith(beginning, StringComparison.Ordinal))
                    return line;
            }
        }
        catch (Exception e) when (e is ChannelClosedException or OperationCanceledException)
        {
            throw new InvalidOperationException($"device {number} {(e is ChannelClosedException ? "ended by itself" : "does not answer")} while '{beginning}' was waited for", e);
        }
    }

    private async Task TellAsync(string word)
    {
        await _process!.StandardInput.WriteLineAsync(word);
        await _process.StandardInput.FlushAsync();
    }

    private async Task ListenAsync(Process process, ChannelWriter<string> answers)
    {
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            string[] parts = line.Split(' ');
            if (parts[0] == "put")
                Put[parts[1]] = int.Parse(parts[2], CultureInfo.InvariantCulture);
            else if (parts[0] == "del")
                Deleted[parts[1]] = true;
            else
                await answers.WriteAsync(line);
            Writes += parts[0] is "put" or "del" ? 1 : 0;
        }

        answers.Complete();
    }
}
