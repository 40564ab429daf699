namespace FireproofBench.Gateways.Http;

/// <summary>How much of an answer is believed and kept. All of it comes from outside.</summary>
internal static class HttpLimits
{
    /// <summary>Longest headers of an answer, in kibibytes.</summary>
    public const int HeaderKibibytes = 64;

    /// <summary>Longest request id that is quoted, in characters.</summary>
    public const int RequestIdLength = 80;

    /// <summary>Longest address of a redirect that is quoted, in characters.</summary>
    public const int LocationLength = 200;

    /// <summary>Longest body of a refusal that is read, in bytes.</summary>
    public const int RefusalBody = 16 * 1024;

    /// <summary>Bodies from this length on are announced first (<c>Expect: 100-continue</c>), so that a refusal comes before the bytes, in bytes.</summary>
    public const int ExpectContinueFrom = 256 * 1024;

    /// <summary>How much memory an announced length alone is worth; the rest is made room for when it comes, in bytes.</summary>
    public const int RoomAtOnce = 64 * 1024 * 1024;

    /// <summary>Length of a piece in which bodies are sent and read, in bytes.</summary>
    public const int Piece = 64 * 1024;
}
