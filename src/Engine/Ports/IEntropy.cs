namespace FireproofBench.Engine.Ports;

/// <summary>The one source of randomness: the system's for real use, a seeded one where a run must replay.</summary>
public interface IEntropy
{
    /// <summary>Fills the span with random bytes. Keys come from here, so a source for real use is a cryptographic one.</summary>
    void Fill(Span<byte> destination);
}
