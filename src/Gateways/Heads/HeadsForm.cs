namespace FireproofBench.Gateways.Heads;

/// <summary>How the heads of a database are kept in a store of objects.</summary>
public enum HeadsForm
{
    /// <summary>Each in an object of its own, <c>meta/&lt;cid&gt;</c>. Needs no condition and no lock, and bears listings that lag.</summary>
    MultiObject,

    /// <summary>All in <c>meta/main.json</c>, which is compared and swapped. One read instead of a listing; needs a store that enforces conditions.</summary>
    SingleObject,

    /// <summary>As the store's traits say when the heads are first asked for: one object where it enforces conditions on puts, else one object each. All writers of a database name the same form.</summary>
    Automatic,
}
