namespace FireproofBench.Engine.Car;

/// <summary>Limits of CAR files.</summary>
public static class CarLimits
{
    /// <summary>Size at which the reference engine closes a file of a group and begins the next, in bytes of plain content.</summary>
    public const int SplitLength = 1_000_000;

    /// <summary>Longest header that is read, in bytes: room for 20,000 roots. An attachment file has a root a file.</summary>
    public const int MaxHeaderLength = 1 << 20;

    /// <summary>Largest file that is read, in bytes, sealed or plain: what one array can hold, less the frame.</summary>
    public const int MaxFileLength = (1 << 30) + (1 << 20);
}
