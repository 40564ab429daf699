using System.Globalization;
using System.Text.Json;

namespace FireproofBench.Load.Results;

/// <summary>Names for kinds of runs that are shown together: no two are named alike, and no name says what all kinds of that scenario and load have in common.</summary>
internal sealed class RunKindNames
{
    private const int KiB = 1 << 10;
    private const int MiB = 1 << 20;

    private readonly Dictionary<RunKind, string> _loads = [];
    private readonly Dictionary<RunKind, string> _stores = [];
    private readonly Dictionary<RunKind, string> _addresses = [];
    private readonly Dictionary<RunKind, string> _titles = [];

    /// <summary>Finds names for kinds.</summary>
    public RunKindNames(IEnumerable<RunKind> kinds)
    {
        RunKind[] all = [.. kinds.Distinct()];

        // Of all stores together: who sets two stores side by side has to see that one was given larger contents.
        foreach (IGrouping<(string, string), RunKind> alike in all.GroupBy(static kind => (kind.Scenario, kind.Load)))
            NameLoads([.. alike]);
        foreach (IGrouping<(string, string, string), RunKind> alike in all.GroupBy(kind => (kind.Scenario, kind.Provider, _loads[kind])))
            Name(_stores, [.. alike], static kind => kind.Provider, static kind => $"{kind.Provider}, {kind.Url}", static kind => kind.Url);
        foreach (IGrouping<(string, string, string), RunKind> alike in all.GroupBy(kind => (kind.Scenario, kind.Url, _loads[kind])))
            Name(_addresses, [.. alike], static kind => kind.Url, static kind => $"{kind.Url} ({kind.Provider})", static kind => kind.Provider);
        foreach (IGrouping<(string, string), RunKind> alike in all.GroupBy(kind => (kind.Scenario, _stores[kind])))
            Name(_titles, [.. alike], kind => $"{kind.Scenario} on {_stores[kind]}", kind => $"{kind.Scenario} on {_stores[kind]}, {_loads[kind]}", kind => _loads[kind]);
    }

    /// <summary>The load of a kind, and the settings in which kinds differ that are of the same scenario and load.</summary>
    public string LoadOf(RunKind kind) => _loads[kind];

    /// <summary>What the store is; with its address where only that tells it from another.</summary>
    public string StoreOf(RunKind kind) => _stores[kind];

    /// <summary>The store's address; with what it is where only that tells it from another.</summary>
    public string AddressOf(RunKind kind) => _addresses[kind];

    /// <summary>The scenario and the store, and the load where there are several of them.</summary>
    public string TitleOf(RunKind kind) => _titles[kind];

    private static void Name(Dictionary<RunKind, string> names, RunKind[] alike, Func<RunKind, string> brief, Func<RunKind, string> full, Func<RunKind, string> difference)
    {
        bool isOne = alike.Select(difference).Distinct(StringComparer.Ordinal).Count() == 1;
        foreach (RunKind kind in alike)
            names.Add(kind, isOne ? brief(kind) : full(kind));
    }

    private void NameLoads(RunKind[] alike)
    {
        Dictionary<string, string>[] each = [.. alike.Select(SettingsOf)];
        string[] told = [.. each.SelectMany(static settings => settings.Keys).Distinct(StringComparer.Ordinal).Where(name => Differs(each, name))];
        for (int i = 0; i < alike.Length; i++)
            _loads.Add(alike[i], string.Join(", ", [alike[i].Load, .. told.Where(each[i].ContainsKey).Select(name => each[i][name])]));

        // Settings that are written in another order, for one, make another kind and differ in no value.
        foreach (RunKind kind in alike.GroupBy(kind => (kind.Provider, kind.Url, _loads[kind])).Where(static same => same.Skip(1).Any()).SelectMany(static same => same).ToArray())
            _loads[kind] = $"{_loads[kind]}, settings {kind.Settings}";
    }

    // What is inside of an object can differ only where there is one: that there is none is told by the object's first value.
    private static bool Differs(Dictionary<string, string>[] each, string name) =>
        each.Select(settings => settings.GetValueOrDefault(name)).Where(text => text is not null || !name.Contains(' ', StringComparison.Ordinal)).Distinct(StringComparer.Ordinal).Skip(1).Any();

    private static Dictionary<string, string> SettingsOf(RunKind kind)
    {
        Dictionary<string, string> found = new(StringComparer.Ordinal);
        using JsonDocument settings = JsonDocument.Parse(kind.Settings);
        if (settings.RootElement.ValueKind == JsonValueKind.Object)
            Add(found, "", settings.RootElement);
        found["workers"] = string.Create(CultureInfo.InvariantCulture, $"{kind.Workers} workers");
        found["steps"] = $"steps {kind.Steps}";
        return found;
    }

    private static void Add(Dictionary<string, string> found, string outer, JsonElement settings)
    {
        bool isFirst = true;
        foreach (JsonProperty setting in settings.EnumerateObject())
        {
            string name = outer.Length == 0 ? setting.Name : isFirst ? outer : $"{outer} {setting.Name}";
            isFirst = false;
            if (setting.Value.ValueKind == JsonValueKind.Object)
                Add(found, name, setting.Value);
            else
                found[name] = TextOf(name, setting.Value);
        }
    }

    private static string TextOf(string name, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True => name,
        JsonValueKind.False => $"not {name}",
        JsonValueKind.Number when name == "size" && value.TryGetInt64(out long bytes) => $"{name} {Bytes(bytes)}",
        _ => $"{name} {value}",
    };

    // Exact, since what is rounded could be alike.
    private static string Bytes(long bytes) => bytes switch
    {
        >= MiB when bytes % MiB == 0 => string.Create(CultureInfo.InvariantCulture, $"{bytes / MiB} MiB"),
        >= KiB when bytes % KiB == 0 => string.Create(CultureInfo.InvariantCulture, $"{bytes / KiB} KiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes} B"),
    };
}
