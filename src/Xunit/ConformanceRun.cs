using FireproofBench.Conformance;

namespace FireproofBench.Xunit;

/// <summary>The run of the book that all tests of one class share: xunit makes it, the first test that asks starts it, and the end of the class closes the store.</summary>
public sealed class ConformanceRun : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private JudgedStore? _store;
    private Task<BookFindings>? _findings;

    /// <summary>The findings; the first call runs the book, and each call waits for the same run. A run that could not start fails for each alike.</summary>
    internal Task<BookFindings> FindingsAsync(Func<CancellationToken, ValueTask<JudgedStore>> open, BookOptions options, CancellationToken cancellation)
    {
        lock (_gate)
            return _findings ??= RunAsync(open, options, cancellation);
    }

    /// <summary>Closes the store, when it was opened.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_store is not null)
            await _store.DisposeAsync();
    }

    private async Task<BookFindings> RunAsync(Func<CancellationToken, ValueTask<JudgedStore>> open, BookOptions options, CancellationToken cancellation)
    {
        _store = await open(cancellation);
        return await ConformanceBook.RunAsync(_store, RunVariables.Over(options), cancellation);
    }
}
