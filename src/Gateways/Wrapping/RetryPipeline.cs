using System.Buffers.Binary;
using System.Globalization;
using FireproofBench.Engine.Ports;
using Polly;
using Polly.Retry;

namespace FireproofBench.Gateways.Wrapping;

/// <summary>Makes calls again that failed in passing. Two pipelines: one for calls that may be repeated whatever became of them, one for those that may not.</summary>
internal sealed class RetryPipeline
{
    private readonly RetryOptions _options;
    private readonly ResiliencePipeline _repeatable;
    private readonly ResiliencePipeline _once;

    public RetryPipeline(RetryOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Attempts, 1, nameof(options));
        _options = options;
        _repeatable = Build(repeatable: true);
        _once = Build(repeatable: false);
    }

    /// <summary>Makes a call, and again while that can help.</summary>
    /// <param name="repeatable">Whether the second time does what the first does, even when the first had its effect.</param>
    /// <param name="call">The call.</param>
    /// <param name="cancellation">Ends it, and the pauses too.</param>
    /// <exception cref="StorageException">The last failure; when the call was made several times its reason says so.</exception>
    public async ValueTask<T> RunAsync<T>(bool repeatable, Func<CancellationToken, ValueTask<T>> call, CancellationToken cancellation)
    {
        StorageException first;
        try
        {
            return await call(cancellation);
        }
        catch (StorageException failure) when (_options.Attempts > 1 && !cancellation.IsCancellationRequested && IsWorthAnother(failure, repeatable))
        {
            first = failure;
        }

        return await RepeatAsync(repeatable, first, call, cancellation);
    }

    // Nearly every call succeeds at once, and never sees the pipeline: it begins with the failure of the first attempt.
    private async ValueTask<T> RepeatAsync<T>(bool repeatable, StorageException first, Func<CancellationToken, ValueTask<T>> call, CancellationToken cancellation)
    {
        // On the caller's context, so that a simulated world can order what follows.
        ResilienceContext context = ResilienceContextPool.Shared.Get(continueOnCapturedContext: true, cancellation);
        int attempts = 0;
        try
        {
            return await (repeatable ? _repeatable : _once).ExecuteAsync(
                (own, made) => attempts++ == 0 ? ValueTask.FromException<T>(first) : made(own.CancellationToken),
                context,
                call);
        }
        catch (StorageException failure) when (attempts > 1)
        {
            string reason = string.Create(CultureInfo.InvariantCulture, $"{failure.Reason}; so after {attempts} attempts");
            throw new StorageException(failure.Kind, failure.Operation, failure.Key, reason, failure) { RetryAfter = failure.RetryAfter };
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private bool IsWorthAnother(StorageException failure, bool repeatable) =>
        (failure.Kind is StorageErrorKind.Throttled or StorageErrorKind.Transient || (repeatable && failure.Kind == StorageErrorKind.Ambiguous))
        && !(failure.RetryAfter > _options.LongestWait);

    private ResiliencePipeline Build(bool repeatable)
    {
        if (_options.Attempts == 1)
            return ResiliencePipeline.Empty;
        RetryStrategyOptions strategy = new()
        {
            MaxRetryAttempts = _options.Attempts - 1,
            ShouldHandle = arguments => ValueTask.FromResult(arguments.Outcome.Exception is StorageException failure && IsWorthAnother(failure, repeatable)),
            DelayGenerator = arguments => ValueTask.FromResult<TimeSpan?>(PauseAfter(arguments.Outcome.Exception as StorageException, arguments.AttemptNumber)),
            OnRetry = arguments =>
            {
                _options.Repeating?.Invoke((StorageException)arguments.Outcome.Exception!, arguments.AttemptNumber + 1, arguments.RetryDelay);
                return ValueTask.CompletedTask;
            },
        };
        return new ResiliencePipelineBuilder { TimeProvider = _options.Time }.AddRetry(strategy).Build();
    }

    private TimeSpan PauseAfter(StorageException? failure, int repetition)
    {
        double longest = Math.Min(_options.FirstPause.TotalMilliseconds * Math.Pow(2, repetition), _options.LongestPause.TotalMilliseconds);
        TimeSpan own = TimeSpan.FromMilliseconds(longest * (0.5 + (Fraction() / 2)));

        // All who were told the same moment would come at once: the own pause is added to what was asked for.
        return failure?.RetryAfter is { } asked ? asked + own : own;
    }

    private double Fraction()
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        _options.Entropy.Fill(bytes);
        return BinaryPrimitives.ReadUInt32LittleEndian(bytes) / (double)uint.MaxValue;
    }
}
