using FireproofBench.Engine.Ports;

namespace FireproofBench.Conformance.Stores;

/// <summary>Traits without which a clause has nothing to check: the runner then answers "unsupported" for it.</summary>
[Flags]
internal enum StoreNeeds
{
    /// <summary>Every store can be asked.</summary>
    None = 0,

    /// <summary>Create-if-absent.</summary>
    ConditionalCreate = 1,

    /// <summary>Replace-if-version.</summary>
    ConditionalReplace = 2,

    /// <summary>Delete-if-version.</summary>
    ConditionalDelete = 4,

    /// <summary>Listings in the order of the keys' bytes.</summary>
    OrderedListing = 8,

    /// <summary>Databases: objects and heads together, not objects alone.</summary>
    Databases = 16,
}

/// <summary>Compares needs with traits.</summary>
internal static class StoreNeedsOfTraits
{
    /// <summary>The needs whose conditions the store was seen to ignore, in words; null when there is none. Its gateway refuses them, but the store is judged.</summary>
    public static string? Ignored(this StoreNeeds needs, DataTraits traits)
    {
        List<string> ignored = [];
        if (needs.HasFlag(StoreNeeds.ConditionalCreate) && traits.Ignored.HasFlag(IgnoredConditions.Create))
            ignored.Add("create-if-absent");
        if (needs.HasFlag(StoreNeeds.ConditionalReplace) && traits.Ignored.HasFlag(IgnoredConditions.Replace))
            ignored.Add("replace-if-version");
        if (needs.HasFlag(StoreNeeds.ConditionalDelete) && traits.Ignored.HasFlag(IgnoredConditions.Delete))
            ignored.Add("delete-if-version");
        return ignored.Count == 0 ? null : string.Join(", ", ignored);
    }

    /// <summary>The needs that a store with these traits does not meet, in words; null when it meets all.</summary>
    public static string? Missing(this StoreNeeds needs, DataTraits traits)
    {
        List<string> missing = [];
        if (needs.HasFlag(StoreNeeds.ConditionalCreate) && !traits.ConditionalCreate)
            missing.Add("create-if-absent");
        if (needs.HasFlag(StoreNeeds.ConditionalReplace) && !traits.ConditionalReplace)
            missing.Add("replace-if-version");
        if (needs.HasFlag(StoreNeeds.ConditionalDelete) && !traits.ConditionalDelete)
            missing.Add("delete-if-version");
        if (needs.HasFlag(StoreNeeds.OrderedListing) && !traits.OrderedListing)
            missing.Add("ordered listing");
        return missing.Count == 0 ? null : string.Join(", ", missing);
    }
}
