namespace FireproofBench.Gateways;

/// <summary>The kinds of provider that a URL can name.</summary>
public enum GatewayScheme
{
    /// <summary>A folder: <c>file:///abs/dir</c>, or a plain path.</summary>
    File,

    /// <summary>The memory of this process: <c>memory:</c>.</summary>
    Memory,

    /// <summary>An S3-compatible store: <c>s3://bucket/prefix</c>.</summary>
    S3,

    /// <summary>The HTTP endpoint: <c>http://</c>, <c>https://</c>.</summary>
    Http,

    /// <summary>An endpoint of the reference engine's cloud protocol: <c>fpcloud+http://</c>, <c>fpcloud+https://</c>.</summary>
    FpCloud,

    /// <summary>A WebDAV server: <c>dav+http://</c>, <c>dav+https://</c>.</summary>
    Dav,

    /// <summary>A simulated store: <c>sim:PROFILE</c>.</summary>
    Simulated,
}
