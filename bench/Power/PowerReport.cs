using System.Globalization;
using System.Text;
using System.Text.Json;
using FireproofBench.Gateways.Simulated;
using FireproofBench.Scenarios.Proxying;

namespace FireproofBench.Power;

/// <summary>The results as a page of tables, from whichever parts are there.</summary>
internal static class PowerReport
{
    /// <summary>Writes the page.</summary>
    /// <param name="folder">Where the parts are.</param>
    public static string Write(string folder)
    {
        StringBuilder page = new();
        _ = page.AppendLine("# What the suite catches, and whom it accuses wrongly").AppendLine()
            .AppendLine("Simulated stores in virtual time, each with one fault, judged by the whole book; the faults are those of `conform sim:fault/ID`. A fault counts as caught when a clause that names")
            .AppendLine("its class failed; other clauses that failed on it are counted. Made by `bench/Power`; every line can be repeated with the seed in the JSON file beside it. [engine.md](engine.md) says the same of faults of the engine itself.");
        if (File.Exists(Path.Combine(folder, "worlds.md")))
            _ = page.AppendLine("What whole databases notice of these faults stands in [worlds.md](worlds.md).");
        _ = page.AppendLine();
        if (Read(folder, "kills") is { } kills)
            Kills(page, kills);
        if (Read(folder, "curve") is { } curve)
            Curve(page, curve);
        if (Read(folder, "clean") is { } clean)
            Clean(page, clean);
        if (Read(folder, "wire") is { } wire)
            Wire(page, wire);
        return page.ToString();
    }

    private static void Kills(StringBuilder page, Trial[] trials)
    {
        string[] budgets = [.. trials.Select(static trial => trial.Budget).Distinct()];
        int faults = FaultCatalogue.Faults.Length;
        foreach (string budget in budgets)
        {
            int caught = FaultCatalogue.Faults.Count(fault => Of(trials, $"sim:fault/{fault.Id}", budget) is { } trial && fault.Killers.Any(trial.Failed.ContainsKey));
            int quiet = FaultCatalogue.Oddities.Count(oddity => Of(trials, $"sim:oddity/{oddity.Id}", budget) is { Failed.Count: 0 });
            _ = page.AppendLine(CultureInfo.InvariantCulture, $"Budget {budget.ToLowerInvariant()}: {caught} of {faults} faults caught; {quiet} of {FaultCatalogue.Oddities.Length} oddities without an alarm.").AppendLine();
        }

        _ = page.Append("| id | fault | what it does |").AppendJoin("", budgets.Select(static budget => $" {budget.ToLowerInvariant()} |")).AppendLine()
            .Append("|---|---|---|").AppendJoin("", budgets.Select(static _ => "---|")).AppendLine();
        foreach (SimulatedFault fault in FaultCatalogue.Faults)
            Row(page, trials, budgets, $"sim:fault/{fault.Id}", fault);
        _ = page.AppendLine().Append("| id | oddity | what it does |").AppendJoin("", budgets.Select(static budget => $" {budget.ToLowerInvariant()} |")).AppendLine()
            .Append("|---|---|---|").AppendJoin("", budgets.Select(static _ => "---|")).AppendLine();
        foreach (SimulatedFault oddity in FaultCatalogue.Oddities)
            Row(page, trials, budgets, $"sim:oddity/{oddity.Id}", oddity);
        _ = page.AppendLine();
    }

    private static void Row(StringBuilder page, Trial[] trials, string[] budgets, string url, SimulatedFault fault) => page
        .Append(CultureInfo.InvariantCulture, $"| {fault.Id} | {fault.Name} | {fault.Behaviour} |")
        .AppendJoin("", budgets.Select(budget => $" {Told(Of(trials, url, budget), fault)} |"))
        .AppendLine();

    private static string Told(Trial? trial, SimulatedFault fault)
    {
        if (trial is null)
            return "not run";
        string[] named = [.. fault.Killers.Where(trial.Failed.ContainsKey)];
        int others = trial.Failed.Count - named.Length;
        if (trial.Failed.Count == 0)
            return fault.Killers.IsEmpty ? "no alarm" : "**missed**";
        string more = others > 0 ? $"{(named.Length > 0 ? " and " : "")}{(fault.Killers.IsEmpty ? string.Join(", ", trial.Failed.Keys.Order(StringComparer.Ordinal)) : $"{others} more")}" : "";
        return string.Join(", ", named) + more;
    }

    private static void Curve(StringBuilder page, Trial[] trials)
    {
        double[] rates = [.. trials.Select(static trial => RateOf(trial.Url)).Distinct().OrderDescending()];
        _ = page.AppendLine("## The rarer, the harder").AppendLine()
            .AppendLine("The part of the seeds with which the clauses of its class, run alone at quick, caught a fault that strikes at this part of its occasions. Faults without a rate (H08, E06, E08, C11) are the same at each.").AppendLine()
            .Append("| id |").AppendJoin("", rates.Select(static rate => string.Create(CultureInfo.InvariantCulture, $" {rate:P0} |"))).AppendLine()
            .Append("|---|").AppendJoin("", rates.Select(static _ => "---:|")).AppendLine();
        foreach (SimulatedFault fault in FaultCatalogue.Faults)
        {
            Trial[] own = [.. trials.Where(trial => trial.Url.StartsWith($"sim:fault/{fault.Id}?", StringComparison.Ordinal))];
            _ = page.Append(CultureInfo.InvariantCulture, $"| {fault.Id} |").AppendJoin("", rates.Select(rate =>
            {
                Trial[] at = [.. own.Where(trial => RateOf(trial.Url) == rate)];
                return string.Create(CultureInfo.InvariantCulture, $" {at.Count(static trial => trial.Failed.Count > 0)} of {at.Length} |");
            })).AppendLine();
        }

        _ = page.AppendLine();
    }

    private static void Wire(StringBuilder page, Trial[] trials)
    {
        _ = page.AppendLine("## On the wire before a real store").AppendLine()
            .AppendLine("Ceph behind `fireproofbench proxy` with one fault, judged at quick by the clauses of its class through the project's own gateway. What the gateway makes good, by asking again or by").AppendLine("reading back, is no finding; what it cannot take for an S3 store at all is told before any clause.").AppendLine()
            .AppendLine("| id | fault | what it does | at which part of the occasions | came of it |").AppendLine("|---|---|---|--:|---|");
        foreach (ProxyFault fault in ProxyFaults.All)
        {
            if (trials.FirstOrDefault(trial => trial.Url == $"proxy:{fault.Id}") is not { } trial)
                continue;
            string came = trial.Failed.TryGetValue("unusable", out string? why) ? $"not judged: {why}" : trial.Failed.Count > 0 ? string.Join(", ", trial.Failed.Keys.Order(StringComparer.Ordinal)) : "made good by the gateway";
            _ = page.AppendLine(CultureInfo.InvariantCulture, $"| {fault.Id} | {fault.Name} | {fault.Behaviour} | {fault.Rate:P0} | {came.Replace("|", "\\|", StringComparison.Ordinal)} |");
        }

        _ = page.AppendLine();
    }

    // A store that refuses deletes keeps what a run wrote, and the run says so: that accuses nobody.
    private static bool IsAlarm(Trial trial) => trial.Failed.Count > 0 || (trial.Leftovers > 0 && !trial.Url.StartsWith("sim:oddity/K12", StringComparison.Ordinal));

    private static void Clean(StringBuilder page, Trial[] trials)
    {
        Trial[] alarms = [.. trials.Where(IsAlarm)];
        _ = page.AppendLine("## Sound stores").AppendLine()
            .AppendLine(CultureInfo.InvariantCulture, $"{trials.Length} quick runs with seeds of their own on sound stores, {trials.Sum(static trial => trial.Requests):N0} requests in {trials.Sum(static trial => trial.Seconds) / 3600:F1} virtual hours: {alarms.Length} runs with an alarm.").AppendLine()
            .AppendLine("| store | runs | with an alarm |").AppendLine("|---|--:|--:|");
        foreach (IGrouping<string, Trial> store in trials.GroupBy(static trial => trial.Url[..trial.Url.LastIndexOf("seed=", StringComparison.Ordinal)].TrimEnd('?', '&')))
            _ = page.AppendLine(CultureInfo.InvariantCulture, $"| {store.Key} | {store.Count()} | {store.Count(alarms.Contains)} |");
        foreach (Trial alarm in alarms.Take(20))
            _ = page.AppendLine().Append(CultureInfo.InvariantCulture, $"- `{alarm.Url}`, seed {alarm.Seed}: {string.Join("; ", alarm.Failed.Select(static failed => $"{failed.Key}: {failed.Value}"))}");
        _ = page.AppendLine();
    }

    private static double RateOf(string url)
    {
        int start = url.IndexOf("rate=", StringComparison.Ordinal) + "rate=".Length;
        int end = url.IndexOf('&', start);
        return double.Parse(url.AsSpan(start, (end < 0 ? url.Length : end) - start), CultureInfo.InvariantCulture);
    }

    private static Trial? Of(Trial[] trials, string url, string budget) => trials.FirstOrDefault(trial => trial.Url == url && trial.Budget == budget);

    private static Trial[]? Read(string folder, string part)
    {
        string path = Path.Combine(folder, $"{part}.json");
        return File.Exists(path) ? JsonSerializer.Deserialize<Trial[]>(File.ReadAllText(path), PowerJson.Options) : null;
    }
}
