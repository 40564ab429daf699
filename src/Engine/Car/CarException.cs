namespace FireproofBench.Engine.Car;

/// <summary>Bytes that are not a CAR file of version 1 with content ids of this format.</summary>
/// <param name="offset">Where, counted in bytes from the start of the file.</param>
/// <param name="reason">What is wrong there.</param>
/// <param name="cause">The fault inside, when there is one.</param>
public sealed class CarException(int offset, string reason, Exception? cause = null) : FormatException($"CAR at byte {offset}: {reason}", cause)
{
    /// <summary>Where the fault was found, in bytes from the start.</summary>
    public int Offset { get; } = offset;
}
