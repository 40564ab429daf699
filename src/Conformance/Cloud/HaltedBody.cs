using System.Net;

namespace FireproofBench.Conformance.Cloud;

/// <summary>The body of an upload that halts in the middle until it is told to go on, and then ends or breaks off.</summary>
/// <param name="bytes">All that it says it has.</param>
/// <param name="before">How many are sent at first.</param>
/// <param name="ends">Whether the others follow.</param>
internal sealed class HaltedBody(byte[] bytes, int before, bool ends) : HttpContent
{
    private readonly TaskCompletionSource _halfway = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _goesOn = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Comes when the first part was sent.</summary>
    public Task Halfway => _halfway.Task;

    /// <summary>Sends the others, or breaks off.</summary>
    public void GoOn() => _ = _goesOn.TrySetResult();

    /// <inheritdoc/>
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    /// <inheritdoc/>
    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(bytes.AsMemory(0, before), cancellationToken);
        await stream.FlushAsync(cancellationToken);
        _ = _halfway.TrySetResult();
        await _goesOn.Task.WaitAsync(cancellationToken);
        if (!ends)
            throw new IOException("the upload breaks off, as it was to");
        await stream.WriteAsync(bytes.AsMemory(before), cancellationToken);
    }

    /// <inheritdoc/>
    protected override bool TryComputeLength(out long length)
    {
        length = bytes.Length;
        return true;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _ = _halfway.TrySetCanceled();
        _ = _goesOn.TrySetCanceled();
        base.Dispose(disposing);
    }
}
