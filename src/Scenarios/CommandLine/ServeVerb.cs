using System.CommandLine;
using System.Globalization;
using System.Net;
using FireproofBench.Scenarios.Serving;

namespace FireproofBench.Scenarios.CommandLine;

/// <summary><c>serve</c>: the HTTP endpoint.</summary>
internal sealed class ServeVerb(Terminal terminal)
{
    private readonly Option<string> _listen = Text("--listen", "Where to listen. Port 0 takes a free one. Other machines are served only with --trust or --policy.", "URL", "http://127.0.0.1:8787");
    private readonly Option<string> _data = Text("--data", "Where objects are: a folder, or the URL of another provider. A folder that is not there is made.", "URL", "./fireproof-data");
    private readonly Option<string> _meta = Text(
        "--meta", "Where heads are: sqlite:FILE, or postgres:Host=…;Database=…;Username=… (the password from PGPASSWORD or PGPASSFILE).", "PLACE", "sqlite:./fireproof-heads.sqlite");

    private readonly Option<string?> _trust = new("--trust") { Description = "A JWK set; tokens that its keys signed are accepted.", HelpName = "FILE" };
    private readonly Option<string?> _policy = new("--policy") { Description = "Who may do what: tokens, keys, grants, origins, as JSON.", HelpName = "FILE" };
    private readonly Option<string?> _cloud = new("--cloud") { Description = "Serve devices of the JavaScript engine too (toCloud), by tokens that these keys signed: a JWK, a set, or z… of one.", HelpName = "FILE" };
    private readonly Option<bool> _cloudRequests = new("--cloud-requests") { Description = "Those devices send a request for each message, instead of using a WebSocket." };
    private readonly Option<bool> _cloudRefuses = new("--cloud-refuses") { Description = "Refuse their writes with a token that may only read; else they are acknowledged and thrown away." };
    private readonly Option<string?> _public = new("--public") { Description = "The address by which those devices reach the endpoint, where that is another one.", HelpName = "URL" };
    private readonly Option<string[]> _origins = new("--origin") { Description = "Pages of this origin may call (CORS); repeat it for more.", HelpName = "ORIGIN" };
    private readonly Option<string?> _certificate = new("--certificate") { Description = "Certificate chain for https, as PEM.", HelpName = "FILE" };
    private readonly Option<string?> _key = new("--certificate-key") { Description = "Its private key, as PEM; without it the key is in the same file.", HelpName = "FILE" };
    private readonly Option<long?> _maxObject = new("--max-object") { Description = "Longest object that is taken; 4 GiB without it.", HelpName = "BYTES" };
    private readonly Option<int?> _maxHeader = new("--max-header") { Description = "Longest headers of a request; 32768 without it.", HelpName = "BYTES" };
    private readonly Option<double?> _minRate = new("--min-rate") { Description = "A caller that sends or takes less a second is cut off; 240 without it.", HelpName = "BYTES" };
    private readonly Option<double?> _rate = new("--rate") { Description = "Requests a second of one caller; no limit without it.", HelpName = "N" };
    private readonly Option<int?> _burst = new("--burst") { Description = "Requests that one caller may send at once before --rate holds; 100 without it.", HelpName = "N" };

    /// <summary>The command.</summary>
    public Command Create()
    {
        Command command = Verb.Create(
            "serve",
            "Serves databases over HTTP: objects, heads, and push of new heads. Prints its address when it is ready; logs go to standard error.",
            "fireproofbench serve                                                   a folder, this machine only, no credentials",
            "fireproofbench serve --data /srv/objects --meta sqlite:/srv/heads.sqlite",
            "fireproofbench serve --listen http://0.0.0.0:8787 --trust keys.json    whoever has a token that these keys signed",
            "fireproofbench serve --listen https://0.0.0.0:443 --certificate chain.pem --certificate-key key.pem --policy policy.json",
            "PGPASSWORD=… fireproofbench serve --data s3://bucket/fireproof --meta 'postgres:Host=db;Database=fp;Username=fp' --policy policy.json",
            "fireproofbench serve --cloud public.jwk                                toCloud({ urls: { base: 'fpcloud://127.0.0.1:8787?protocol=ws' }, … })",
            "curl http://127.0.0.1:8787/openapi.json                                how to speak to it",
            "",
            "A token's scopes say what it may: fireproof:DATABASE:RIGHT with read, write or admin; * ends a name that stands for several.",
            "A policy: {\"keysFile\":\"keys.json\",\"issuer\":\"…\",\"audience\":\"…\",\"tokens\":[{\"name\":\"ci\",\"sha256\":\"…\",\"grants\":[{\"database\":\"notes\",\"right\":\"write\"}]}],",
            "           \"grants\":[{\"subject\":\"alice\",\"database\":\"team-*\",\"right\":\"admin\"}],\"anonymous\":[],\"origins\":[]}",
            "Traces go where OTEL_EXPORTER_OTLP_ENDPOINT says; /metrics is for Prometheus, /healthz and /readyz for whoever runs it.",
            "",
            "Exit codes: 2 could not run (wrong arguments, refused, port taken), 130 ended by Ctrl-C or SIGTERM, after what was under way.");
        foreach (Option option in new Option[] { _listen, _data, _meta, _trust, _policy, _cloud, _cloudRequests, _cloudRefuses, _public, _origins, _certificate, _key, _maxObject, _maxHeader, _minRate, _rate, _burst })
            command.Options.Add(option);
        command.SetAction((parsed, cancellation) => Verb.GuardAsync(terminal, () => RunAsync(parsed, cancellation)));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        ServeSettings settings = new()
        {
            Listen = AddressOf(parsed.GetRequiredValue(_listen)),
            Data = parsed.GetRequiredValue(_data),
            Meta = parsed.GetRequiredValue(_meta),
            Trust = parsed.GetValue(_trust),
            Policy = parsed.GetValue(_policy),
            Cloud = parsed.GetValue(_cloud),
            CloudSendsRequests = parsed.GetValue(_cloudRequests),
            CloudRefusesWrites = parsed.GetValue(_cloudRefuses),
            PublicAddress = PublicAddressOf(parsed.GetValue(_public)),
            Origins = [.. parsed.GetValue(_origins) ?? []],
            Certificate = parsed.GetValue(_certificate),
            CertificateKey = parsed.GetValue(_key),
            MaxObjectLength = Positive(parsed.GetValue(_maxObject), _maxObject),
            MaxHeaderLength = (int?)Positive(parsed.GetValue(_maxHeader), _maxHeader),
            MinRate = Positive(parsed.GetValue(_minRate), _minRate),
            RatePerSecond = Positive(parsed.GetValue(_rate), _rate),
            RateBurst = (int?)Positive(parsed.GetValue(_burst), _burst),
            LogsAreForMachines = !terminal.ErrorIsTerminal,
        };
        await using ServeHost host = ServeHost.Create(settings);
        try
        {
            Uri address = await host.StartAsync(cancellation);
            await terminal.Out.WriteLineAsync(address.ToString().TrimEnd('/'));
            await terminal.Out.FlushAsync(cancellation);
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            await host.StopAsync();
        }

        return ExitCodes.Interrupted;
    }

    private static Uri AddressOf(string text)
    {
        if (Uri.TryCreate(text, UriKind.Absolute, out Uri? address) && address.Scheme is "http" or "https" && address.AbsolutePath == "/"
            && (IPAddress.TryParse(address.Host.Trim('[', ']'), out _) || address.Host is "localhost"))
            return address;
        throw new UsageException($"--listen: '{text}' is not http:// or https:// with an address of this machine and a port, such as http://127.0.0.1:8787 or http://0.0.0.0:8787.");
    }

    private static Uri? PublicAddressOf(string? text) => text is null ? null
        : Uri.TryCreate(text, UriKind.Absolute, out Uri? address) && address.Scheme is "http" or "https" && address.Query.Length == 0 ? address
        : throw new UsageException($"--public: '{text}' is not http:// or https:// with a host.");

    private static T? Positive<T>(T? number, Option<T?> option)
        where T : struct, IComparable<T> => number is { } value && value.CompareTo(default) <= 0
            ? throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"{option.Name}: {value} is not more than 0."))
            : number;

    private static Option<string> Text(string name, string description, string helpName, string fallback) =>
        new(name) { Description = description, HelpName = helpName, DefaultValueFactory = _ => fallback };
}
