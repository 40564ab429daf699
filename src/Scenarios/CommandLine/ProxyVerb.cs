using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using FireproofBench.Gateways.Simulated;
using FireproofBench.Scenarios.Proxying;

namespace FireproofBench.Scenarios.CommandLine;

/// <summary><c>proxy</c>: faults before a real store.</summary>
internal sealed class ProxyVerb(Terminal terminal)
{
    private readonly Argument<string> _store = new("STORE") { Description = "The server of the store, such as http://127.0.0.1:9000.", HelpName = "URL" };
    private readonly Option<string[]> _faults = new("--fault") { Description = "What it does to requests; repeat it for more.", HelpName = "ID" };
    private readonly Option<double?> _rate = new("--rate") { Description = "At which part of the occasions, above 0 and at most 1; each fault has its own without it.", HelpName = "RATE" };
    private readonly Option<double?> _lag = new("--lag") { Description = "How long what is late is late; each fault has its own without it.", HelpName = "SECONDS" };
    private readonly Option<long> _seed = new("--seed") { Description = "Seed of what it strikes.", HelpName = "N", DefaultValueFactory = static _ => 1 };
    private readonly Option<string> _listen = new("--listen") { Description = "Where to listen. Port 0 takes a free one.", HelpName = "URL", DefaultValueFactory = static _ => "http://127.0.0.1:8788" };

    /// <summary>The command.</summary>
    public Command Create()
    {
        Command command = Verb.Create(
            "proxy",
            "Stands before a real S3 server and does to requests what networks, caches and wrong stores do. Prints its address when it is ready.",
            [
                "fireproofbench proxy http://127.0.0.1:9000 --fault V14                 a cache that does not hear of overwrites",
                "fireproofbench proxy http://127.0.0.1:9000 --fault E10 --fault C10 --seed 7",
                "fireproofbench conform 's3://bucket/run?endpoint=http://127.0.0.1:8788&pathStyle=true'     what becomes of the verdict",
                "",
                "Addresses are path-style (http://host/bucket/key). Signatures hold: path, query and Host go on as they came.",
                "Faults:",
                .. ProxyFaults.All.Select(static fault => $"  {fault.Id}  {fault.Behaviour}"),
                "",
                "Exit codes: 2 could not run (wrong arguments, port taken), 130 ended by Ctrl-C or SIGTERM.",
            ]);
        command.Arguments.Add(_store);
        foreach (Option option in new Option[] { _faults, _rate, _lag, _seed, _listen })
            command.Options.Add(option);
        command.SetAction((parsed, cancellation) => Verb.GuardAsync(terminal, () => RunAsync(parsed, cancellation)));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        Uri store = AddressOf(_store.Name, parsed.GetRequiredValue(_store));
        Uri listen = AddressOf(_listen.Name, parsed.GetRequiredValue(_listen));
        if (!listen.IsLoopback)
            throw new UsageException($"--listen: {listen} would let other machines through to the store; listen on 127.0.0.1.");
        string[] ids = parsed.GetValue(_faults) ?? [];
        if (ids.Length == 0)
            throw new UsageException($"--fault: say what the proxy does; there are {Known}.");
        if (parsed.GetValue(_rate) is { } rate and not (> 0 and <= 1))
            throw new UsageException("--rate: a number above 0, at most 1.");
        if (parsed.GetValue(_lag) is { } lag and not (> 0 and <= 86_400))
            throw new UsageException("--lag: seconds, above 0 and at most 86400.");
        ImmutableArray<WireFault> faults = [.. ids.Select((id, i) => Make(id, parsed.GetValue(_rate), parsed.GetValue(_lag), parsed.GetValue(_seed) + i))];
        await using FaultProxy proxy = FaultProxy.Create(store, listen, faults);
        Uri address = await proxy.StartAsync(cancellation);
        await terminal.Out.WriteLineAsync(address.ToString().TrimEnd('/'));
        await terminal.Out.FlushAsync(cancellation);
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            await terminal.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{proxy.Requests} requests came."));
        }

        return ExitCodes.Interrupted;
    }

    private static string Known => string.Join(", ", ProxyFaults.All.Select(static fault => fault.Id));

    private static WireFault Make(string id, double? rate, double? lag, long seed)
    {
        ProxyFault fault = ProxyFaults.All.FirstOrDefault(known => known.Id.Equals(id, StringComparison.OrdinalIgnoreCase)) ?? throw new UsageException($"--fault: nobody knows '{id}'; there are {Known}.");
        return fault.Make(new FaultSetting(rate ?? fault.Rate, lag is { } seconds ? TimeSpan.FromSeconds(seconds) : fault.Lag, TimeProvider.System, seed));
    }

    private static Uri AddressOf(string name, string text) => Uri.TryCreate(text, UriKind.Absolute, out Uri? address) && address.Scheme is "http" or "https" && address.AbsolutePath == "/"
        ? address
        : throw new UsageException($"{name}: '{text}' is not http:// or https:// with a host and a port, such as http://127.0.0.1:9000.");
}
