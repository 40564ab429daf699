namespace FireproofBench.Properties.Endpoint.Cloud.Traces;

/// <summary>Makes tokens that are as good or bad as those of the recordings, which have only the ends of theirs.</summary>
internal static class TraceTokens
{
    private const string Begin = "eyJhbGciOiJFUzI1NiJ9…";
    private static readonly TimeSpan _short = TimeSpan.FromSeconds(30);

    /// <summary>Makes one.</summary>
    /// <param name="recorded">The token as it stands in the recording.</param>
    /// <param name="signer">Whose tokens the endpoint takes.</param>
    /// <param name="stranger">Whose tokens it does not take.</param>
    public static string Make(string recorded, TokenSigner signer, TokenSigner stranger) => recorded switch
    {
        Begin + "AIfDagDA" => signer.MakeCloud("ten1", "led1"),
        Begin + "hKrRfq3Q" => signer.MakeCloud("ten2", "led2"),
        Begin + "GNT5OGRw" => signer.MakeCloud("ten9", "led9"),
        Begin + "8CDid20g" => signer.MakeCloud("ten1", "led1", "read"),
        Begin + "p8q1ITAw" => stranger.MakeCloud("ten1", "led1"),
        Begin + "Y1CySrFg" => signer.MakeCloud("ten1", "led1", expires: DateTime.UtcNow.AddHours(-1)),
        Begin + "AMCCYxMg" => signer.MakeCloud("ten1", "led1", expires: DateTime.UtcNow + _short),
        Begin + "vCAqhq6w" => signer.MakeCloud("ten1", "led1", change: static claims => claims.Remove("email")),
        _ => throw new ArgumentException("No recording has this token.", nameof(recorded)),
    };

    /// <summary>Whether a token of a recording may only read.</summary>
    public static bool MayOnlyRead(string recorded) => recorded == Begin + "8CDid20g";
}
