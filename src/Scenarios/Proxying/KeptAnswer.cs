using System.Net;

namespace FireproofBench.Scenarios.Proxying;

/// <summary>An answer that is given again.</summary>
/// <param name="Status">Its status.</param>
/// <param name="Headers">Its headers, those of its content included.</param>
/// <param name="Body">Its content.</param>
/// <param name="Length">The length that it told, which for a head is not that of its content.</param>
/// <param name="Until">Until when it is kept.</param>
internal sealed record KeptAnswer(HttpStatusCode Status, IReadOnlyList<KeyValuePair<string, IEnumerable<string>>> Headers, byte[] Body, long? Length, long Until)
{
    /// <summary>Takes an answer down, which can be read still.</summary>
    public static async Task<KeptAnswer> TakeAsync(HttpResponseMessage answer, long until, CancellationToken cancellation)
    {
        await answer.Content.LoadIntoBufferAsync(cancellation);
        byte[] body = await answer.Content.ReadAsByteArrayAsync(cancellation);
        return new KeptAnswer(answer.StatusCode, [.. answer.Headers, .. answer.Content.Headers], body, answer.Content.Headers.ContentLength, until);
    }

    /// <summary>Gives it once more.</summary>
    public HttpResponseMessage Give(HttpRequestMessage request)
    {
        ByteArrayContent content = new(Body);
        HttpResponseMessage answer = new(Status) { RequestMessage = request, Content = content };
        foreach ((string name, IEnumerable<string> values) in Headers)
        {
            if (!answer.Headers.TryAddWithoutValidation(name, values))
                _ = content.Headers.TryAddWithoutValidation(name, values);
        }

        content.Headers.ContentLength = Length;
        return answer;
    }
}
