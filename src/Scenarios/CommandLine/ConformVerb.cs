using System.Collections.Immutable;
using System.CommandLine;
using System.Security.Cryptography;
using FireproofBench.Gateways;
using FireproofBench.Scenarios.Providers;
using FireproofBench.Scenarios.Reporting;

namespace FireproofBench.Scenarios.CommandLine;

/// <summary><c>conform URL</c>: judges a store clause by clause.</summary>
internal sealed class ConformVerb(Terminal terminal, StoreOpener stores)
{
    private readonly Argument<string?> _url = new("URL")
    {
        Description = "The store: a folder (plain path or file:///…), s3://…, dav+http://…, http://… (an endpoint), fpcloud+http://… (one of the cloud protocol), memory:, or a simulated one, sim:PROFILE (strong, eventual, replicas, cdn and others, fault/ID, oddity/ID).",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string> _profile = Choice("--profile", "Which connectors to judge.", "all", "data", "metadata", "all");
    private readonly Option<string> _budget = Choice("--budget", "How much to ask of the store.", "standard", "quick", "standard", "thorough");
    private readonly Option<string> _heads = Choice(
        "--heads", "How the heads are to be kept: each in an object of its own, or all in one.", "multi", "single", "multi");
    private readonly Option<string[]> _only = new("--only")
    {
        Description = "Run only these clauses: ids or group prefixes, with commas between them.",
        HelpName = "ID,ID",
    };

    private readonly Option<string?> _declared = new("--declared")
    {
        Description = "What to hold the store to: strong, or eventual with the time after which everything is seen; else what its gateway says.",
        HelpName = "strong|eventual:5s",
    };

    private readonly Option<string[]> _endpoints = new("--endpoint")
    {
        Description = "A further endpoint of the same store, whose answers are compared; may be given again.",
        HelpName = "URL",
    };

    private readonly Option<string?> _otherProfile = new("--other-profile")
    {
        Description = "For SEC-03: a profile of the AWS files with the keys of a second tenant, who must be refused everything here.",
        HelpName = "NAME",
    };

    private readonly Option<string?> _otherToken = new("--other-token-file")
    {
        Description = "For SEC-03: a file with the bearer token of a second tenant, who must be refused everything here.",
        HelpName = "FILE",
    };

    private readonly Option<string?> _checkHistory = new("--check-history")
    {
        Description = "Check a history of calls, recorded here or elsewhere, and run nothing; - reads it from standard input.",
        HelpName = "FILE",
    };

    private readonly Option<long?> _seed = new("--seed") { Description = "Decides everything left to chance; a run tells its own.", HelpName = "N" };
    private readonly ConformOutputOptions _outputs = new();
    private readonly CloudConforming _cloud = new();
    private readonly Option<string?> _compare = new("--compare") { Description = "A second store, judged with the same seed; tells where the two differ.", HelpName = "URL" };
    private readonly Option<string?> _known = KnownProviders.Option();
    private readonly Option<string?> _provider = KnownProviders.ProviderOption();
    private readonly Option<bool> _strict = new("--strict") { Description = "Exit with 3 when a SHOULD clause failed." };
    private readonly Option<bool> _keep = new("--keep") { Description = "Leave the objects of the run in the store." };
    private readonly Option<bool> _list = new("--list") { Description = "List the clauses and run nothing." };
    private readonly Option<string?> _explain = new("--explain") { Description = "Explain one clause and run nothing.", HelpName = "ID" };
    private readonly Option<string?> _token = AccessToken.Option();

    /// <summary>The command.</summary>
    public Command Create()
    {
        Command command = Verb.Create(
            "conform",
            "Runs the conformance suite on a store and gives a verdict: safe, safe with settings, or unsafe.",
            "fireproofbench conform /srv/data                            a folder, standard budget",
            "fireproofbench conform memory: --budget quick               a store in this process",
            "fireproofbench conform 'sim:fault/V05?lag=2s' --seed 7      a simulated store with one fault, in virtual time",
            "fireproofbench conform http://127.0.0.1:8787                an HTTP endpoint; its databases are named conform-… and objects",
            "fireproofbench conform file:///srv/data --only CAS,LST-01   one group and one clause more",
            "fireproofbench conform /srv/data --json r.json --junit r.xml --strict",
            "fireproofbench conform memory: --json -                     the report alone, for a pipe",
            "fireproofbench conform /srv/data --report r                 r/report.html, report.json, junit.xml, badge.svg",
            "fireproofbench conform /srv/a --compare /srv/b              where two stores differ",
            "fireproofbench conform --known cloudflare-r2                what is publicly known of a provider",
            "fireproofbench conform s3://b?endpoint=http://n1 --endpoint s3://b?endpoint=http://n2 --declared eventual:5s",
            "fireproofbench conform s3://b?endpoint=http://n1 --only SEC --other-profile bob       whether the keys of 'bob' open it too",
            "fireproofbench conform https://host --token-file alice --other-token-file bob         the same of two tokens",
            "fireproofbench conform fpcloud+http://127.0.0.1:8787 --cloud-signer private.jwk     whether clients of toCloud() are safe there",
            "fireproofbench conform --check-history calls.jsonl          the checkers alone, on calls that somebody recorded",
            "fireproofbench conform --list                               all clauses with their levels",
            "fireproofbench conform --explain CCY-01                     why, how, and what to do when it fails",
            "",
            "Exit codes: 0 no MUST clause failed, 1 one failed, 2 could not run, 3 a SHOULD clause failed under --strict, 130 interrupted.");
        command.Arguments.Add(_url);
        foreach (Option option in new Option[]
        {
            _profile, _only, _budget, _heads, _declared, _endpoints, _otherProfile, _otherToken, _seed, _strict, _keep, _list, _explain, _token,
            _cloud.Signer, _cloud.RestartCommand, _outputs.Report, _outputs.Json, _outputs.JUnit, _outputs.History, _checkHistory, _compare, _provider, _known,
        })
            command.Options.Add(option);
        command.SetAction((parsed, cancellation) => Verb.GuardAsync(terminal, () => RunAsync(parsed, cancellation)));
        return command;
    }

    private static Option<string> Choice(string name, string description, string fallback, params string[] choices)
    {
        Option<string> option = new(name) { Description = description, DefaultValueFactory = _ => fallback };
        option.AcceptOnlyFromAmong(StringComparer.OrdinalIgnoreCase, choices);
        return option;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        if (parsed.GetValue(_explain) is { } explained)
            return Explain(explained);
        if (parsed.GetResult(_known) is not null)
            return KnownProviders.Print(parsed.GetValue(_known), ResultFile.Check(parsed.GetValue(_outputs.Json), "--json"), terminal);
        DeclaredVisibility? declared = parsed.GetValue(_declared) is not { } text ? null : DeclaredVisibility.Parse(text) ?? throw new UsageException(
            $"--declared: {Printable.Key(text)} is neither 'strong' nor 'eventual:' with a time such as 300ms, 5s or 2m (one hour at most).");
        if (parsed.GetValue(_checkHistory) is { } recorded)
            return await CheckHistoryAsync(recorded, declared ?? DeclaredVisibility.Strong, parsed, cancellation);
        ImmutableArray<Clause> clauses = ChosenClauses(parsed);
        if (parsed.GetValue(_list))
        {
            ClauseText.WriteList(ClauseBook.EveryGroup, clauses, terminal.Out);
            return ExitCodes.Success;
        }

        string url = parsed.GetValue(_url) ?? throw new UsageException(
            "conform needs the URL of a store, such as a folder. See 'fireproofbench conform --help'.");
        ConformOutputs outputs = _outputs.Read(parsed);
        RequireFit(url, parsed);
        RecognisedProvider? named = parsed.GetValue(_provider) is not { } id ? null : new RecognisedProvider(KnownProviders.Named(id, "--provider"), "--provider");
        ConformanceRequest request = new()
        {
            Clauses = clauses,
            Profile = ProfileOf(parsed),
            Budget = Enum.Parse<Budget>(parsed.GetValue(_budget)!, ignoreCase: true),
            Heads = Enum.Parse<HeadsLayout>(parsed.GetValue(_heads)!, ignoreCase: true),
            Declared = declared,
            Seed = parsed.GetValue(_seed) ?? RandomNumberGenerator.GetInt32(1, int.MaxValue),
            Keep = parsed.GetValue(_keep),
        };
        if (CloudConforming.IsCloud(url))
        {
            ConformanceReport cloud = await _cloud.RunAsync(url, parsed, request, terminal, cancellation);
            outputs.Write(cloud, null, terminal);
            return ExitCodeOf(cloud, parsed.GetValue(_strict));
        }

        Secret? token = AccessToken.Read(parsed.GetValue(_token));
        StoreAccess? tenant = StoreTenants.Second(url, token, parsed.GetValue(_otherProfile), parsed.GetValue(_otherToken));
        await using StoreUnderTest store = await OpenAsync(url, parsed.GetValue(_endpoints) ?? [], token, cancellation) with { OtherTenant = tenant };
        if (parsed.GetValue(_compare) is { } other)
        {
            if (outputs is not { JUnit: null, History: null } || named is not null || store.Endpoints.Length > 0)
                throw new UsageException("--compare judges two stores, and goes with neither --junit, --history, --provider nor --endpoint. --report DIR writes JUnit and history for both.");
            await using StoreUnderTest second = await OpenAsync(other, [], token, cancellation);
            return await new ConformComparing(terminal, request, outputs, parsed.GetValue(_strict)).RunAsync(store, second, cancellation);
        }

        RecognisedProvider? provider = named ?? ProviderRecognition.Of(store.Url, store.Data.Traits);
        ProgressLines progress = new(terminal.Error, terminal.ErrorIsTerminal, clauses, provider?.Provider);
        ConformanceReport report = await ConformanceRunner.JudgeAsync(store, request, progress, cancellation);
        outputs.Write(report, KnownStore.Of(report, provider), terminal);
        return ExitCodeOf(report, parsed.GetValue(_strict));
    }

    private async ValueTask<StoreUnderTest> OpenAsync(string url, string[] endpoints, Secret? token, CancellationToken cancellation)
    {
        StoreUnderTest store = await stores(url, token, cancellation);
        try
        {
            foreach (string endpoint in endpoints)
                store = store with { Endpoints = store.Endpoints.Add(await stores(endpoint, token, cancellation)) };
            return store;
        }
        catch
        {
            await store.DisposeAsync();
            throw;
        }
    }

    private async Task<int> CheckHistoryAsync(string path, DeclaredVisibility declared, ParseResult parsed, CancellationToken cancellation)
    {
        if (parsed.GetValue(_url) is not null)
            throw new UsageException("--check-history reads calls that were recorded before, and asks no store: leave out the URL.");
        string? json = ResultFile.Check(parsed.GetValue(_outputs.Json), "--json");
        History history = await HistoryFile.ReadAsync(path, cancellation);
        HistoryReport report = HistoryReport.Of(history, declared);
        if (json != ResultFile.StandardOutput)
            report.Write(terminal.Out);
        ResultFile.Write(json, terminal.Out, report.Write);
        return report.Failed(ClauseLevel.Must) ? ExitCodes.Violation
            : parsed.GetValue(_strict) && report.Failed(ClauseLevel.Should) ? ExitCodes.StrictViolation : ExitCodes.Success;
    }

    /// <summary>The exit code that a report stands for.</summary>
    public static int ExitCodeOf(ConformanceReport report, bool strict) => report switch
    {
        { Interrupted: true } => ExitCodes.Interrupted,
        { Verdict.Kind: VerdictKind.Unsafe } => ExitCodes.Violation,
        { Lost: not null } => ExitCodes.CouldNotRun,
        _ when strict && report.Results.Any(r => r.Outcome == ClauseOutcome.Failed && r.Clause.Level == ClauseLevel.Should) => ExitCodes.StrictViolation,
        _ => ExitCodes.Success,
    };

    private int Explain(string id)
    {
        Clause clause = ClauseBook.Every.FirstOrDefault(c => c.Id.Equals(id, StringComparison.OrdinalIgnoreCase))
            ?? throw new UsageException($"there is no clause {Printable.Key(id)}. 'fireproofbench conform --list' names them all.");
        ClauseText.WriteExplanation(clause, terminal.Out);
        return ExitCodes.Success;
    }

    private ImmutableArray<Clause> ChosenClauses(ParseResult parsed)
    {
        string[] only = [.. (parsed.GetValue(_only) ?? []).SelectMany(
            o => o.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];
        ImmutableArray<Clause> clauses;
        try
        {
            clauses = ClauseBook.Select(ProfileOf(parsed), only);

            // Listed without an address, the book is whole.
            if (parsed.GetValue(_list) && parsed.GetValue(_url) is null && ProfileOf(parsed) == ConnectorProfile.All)
                clauses = [.. clauses, .. ClauseBook.Select(ConnectorProfile.Cloud, only)];
        }
        catch (ArgumentException unknown)
        {
            throw new UsageException($"--only: {unknown.Message.Split(" (Parameter", 2)[0]}. 'fireproofbench conform --list' names them all.");
        }

        return clauses.Length > 0 ? clauses : throw new UsageException(
            $"no clause is left to run with --profile {parsed.GetValue(_profile)}{(only.Length > 0 ? $" and --only {string.Join(',', only)}" : "")}{(CloudConforming.IsCloud(parsed.GetValue(_url)) ? ": an endpoint of the cloud protocol is asked for FPC alone" : ": FPC is asked of endpoints of the cloud protocol (fpcloud+http://…), and nothing else of those")}.");
    }

    private ConnectorProfile ProfileOf(ParseResult parsed) =>
        CloudConforming.IsCloud(parsed.GetValue(_url)) ? ConnectorProfile.Cloud : Enum.Parse<ConnectorProfile>(parsed.GetValue(_profile)!, ignoreCase: true);

    // What says nothing of an address would else be passed over in silence.
    private void RequireFit(string url, ParseResult parsed)
    {
        bool isCloud = CloudConforming.IsCloud(url);
        foreach (Option option in isCloud ? (Option[])[_profile, _heads, _declared, _endpoints, _otherProfile, _otherToken, _token, _compare, _provider, _keep, _outputs.History] : [_cloud.Signer, _cloud.RestartCommand])
        {
            if (parsed.GetResult(option) is { Implicit: false })
                throw new UsageException(isCloud ? $"{option.Name} says nothing of an endpoint of the cloud protocol." : $"{option.Name} is for endpoints of the cloud protocol (fpcloud+http://…).");
        }
    }
}
