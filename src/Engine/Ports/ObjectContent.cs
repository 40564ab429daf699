namespace FireproofBench.Engine.Ports;

/// <summary>The bytes of an object, or of a range of it.</summary>
/// <param name="Bytes">Exactly the bytes asked for; the caller may keep them, nobody changes them.</param>
/// <param name="Info">The whole object's key, length and version, from the same answer.</param>
public sealed record ObjectContent(ReadOnlyMemory<byte> Bytes, ObjectInfo Info)
{
    /// <summary>Longest object, or part of one, that a gateway reads at once, in bytes. What is longer is refused as Unsupported before room is made for it: read it in ranges.</summary>
    public const int MaxLength = Car.CarLimits.MaxFileLength;
}
