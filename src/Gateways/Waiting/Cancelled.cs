namespace FireproofBench.Gateways.Waiting;

/// <summary>Waiting for nothing but the end.</summary>
internal static class Cancelled
{
    /// <summary>Completes, without an error, when the token is cancelled.</summary>
    public static async Task WaitAsync(CancellationToken cancellation)
    {
        TaskCompletionSource end = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using CancellationTokenRegistration registration = cancellation.UnsafeRegister(static state => ((TaskCompletionSource)state!).TrySetResult(), end);
        await end.Task;
    }
}
