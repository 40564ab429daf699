namespace FireproofBench.Engine.Ports;

/// <summary>Conditions that a store was seen to acknowledge though they did not hold. A gateway refuses them in its stead; the store itself fails CAS-01.</summary>
[Flags]
public enum IgnoredConditions
{
    /// <summary>None was seen.</summary>
    None = 0,

    /// <summary><see cref="PutCondition.IfAbsent"/>.</summary>
    Create = 1,

    /// <summary><see cref="PutCondition.IfMatches"/>.</summary>
    Replace = 2,

    /// <summary>The expected version of a delete.</summary>
    Delete = 4,
}
