using System.Collections.Concurrent;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Gateways.Simulated;

/// <summary>A cache before a store: for a while it repeats that an object is absent, and its content where it keeps contents. Writes do not reach it; listings pass.</summary>
/// <param name="age">How long an answer is repeated, from the question on.</param>
/// <param name="keepsContents">Whether contents are kept too.</param>
/// <param name="time">Its clock.</param>
internal sealed class AnswerCache(TimeSpan age, bool keepsContents, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, (ObjectContent? Content, long At)> _answers = new(StringComparer.Ordinal);

    /// <summary>A store as this cache shows it. It says of itself that it shows late.</summary>
    /// <param name="store">The store; it stays open.</param>
    public IDataGateway Before(IDataGateway store) => new BentGateway(store)
    {
        OnTraits = static traits => traits with { StronglyConsistent = false },
        OnPutSource = static (below, key, content, condition, token) => below.PutAsync(key, content, condition, token),
        OnGet = async (below, key, range, token) =>
        {
            if (IsKept(key, out ObjectContent? kept, token))
                return kept?.Within(range);
            long asked = time.GetTimestamp();
            ObjectContent? content = await below.GetAsync(key, range, token);
            if (content is null || (keepsContents && range is null))
                _answers[key] = (content, asked);
            return content;
        },
        OnHead = async (below, key, token) =>
        {
            if (IsKept(key, out ObjectContent? kept, token))
                return kept?.Info;
            long asked = time.GetTimestamp();
            ObjectInfo? info = await below.HeadAsync(key, token);
            if (info is null)
                _answers[key] = (null, asked);
            return info;
        },
    };

    private bool IsKept(string key, out ObjectContent? content, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        content = null;
        if (!_answers.TryGetValue(key, out (ObjectContent? Content, long At) answer))
            return false;
        content = answer.Content;
        if (time.GetElapsedTime(answer.At) < age)
            return true;
        _ = _answers.TryRemove(key, out _);
        return false;
    }
}
