using FireproofBench.Engine.Ports;

namespace FireproofBench.Gateways.WebDav;

/// <summary>Content of two pieces, of which the second waits: a put with it is under way for as long as the prober wants.</summary>
internal sealed class GatedSource
{
    private readonly byte[] _content;
    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _halfway = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public GatedSource(byte[] content)
    {
        _content = content;
        Source = new ContentSource(content.Length, _ => ValueTask.FromResult<Stream>(new GatedStream(this)));
    }

    /// <summary>The content.</summary>
    public ContentSource Source { get; }

    /// <summary>Completes when the first half is on its way and the second is wanted.</summary>
    public Task Halfway => _halfway.Task;

    /// <summary>Lets the second half go.</summary>
    public void Open() => _ = _open.TrySetResult();

    private sealed class GatedStream(GatedSource owner) : MemoryStream(owner._content, writable: false)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            long half = Length / 2;
            if (Position < half)
                return await base.ReadAsync(buffer[..(int)Math.Min(buffer.Length, half - Position)], cancellationToken);
            _ = owner._halfway.TrySetResult();
            await owner._open.Task;
            return await base.ReadAsync(buffer, cancellationToken);
        }
    }
}
