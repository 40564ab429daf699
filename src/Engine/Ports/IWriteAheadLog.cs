namespace FireproofBench.Engine.Ports;

/// <summary>The device's own log of uploads still to do: one small mutable file, never shared between devices.</summary>
public interface IWriteAheadLog : IAsyncDisposable
{
    /// <summary>Reads the log's bytes; null when it was never written.</summary>
    ValueTask<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken cancellation);

    /// <summary>Replaces the log whole: a crash leaves the old content or the new.</summary>
    ValueTask WriteAsync(ReadOnlyMemory<byte> content, CancellationToken cancellation);
}
