using System.Net;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways;

namespace FireproofBench.Conformance.Clauses;

internal static partial class Security
{
    private static readonly TimeSpan s_good = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_short = TimeSpan.FromSeconds(1);

    // Servers round, and take their time. What is still good so long after its end does not end.
    private static readonly TimeSpan s_longAfter = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_mostSkew = TimeSpan.FromSeconds(20);

    private static async Task<Finding> BindsAddressesAsync(ClauseContext context)
    {
        if (context.Target.Data is not IPresigner presigner)
            return Finding.Unsupported("the gateway makes no signed addresses");
        string mine = context.Key("mine.car");
        string next = context.Key("next.car");
        byte[] body = context.Body(mine, 500);
        await context.PutAsync(mine, body);

        // The end is the store's to see, by its clock.
        TimeSpan behind = context.Time.GetUtcNow() - ((await context.HeadAsync(mine))?.LastModified ?? context.Time.GetUtcNow());
        await context.PutAsync(next, context.Body(next, 600));
        using SocketsHttpHandler sockets = new() { AllowAutoRedirect = false, UseCookies = false };
        using HttpClient client = new(sockets);
        PresignedRequest ending = await presigner.PresignAsync(PresignedMethod.Get, mine, s_short, context.Cancellation);
        PresignedRequest get = await presigner.PresignAsync(PresignedMethod.Get, mine, s_good, context.Cancellation);
        HttpStatusCode own = await AskAsync(context, client, HttpMethod.Get, get.Address, get);
        if (own != HttpStatusCode.OK)
            return Finding.Inconclusive($"an address that was just signed is answered {(int)own}, so nothing is known of others");
        string text = get.Address.AbsoluteUri;
        (string What, string Address)[] altered =
        [
            ("another key", text.Replace("mine.car?", "next.car?", StringComparison.Ordinal)),
            ("a longer time", text.Replace("Expires=300", "Expires=301", StringComparison.Ordinal)),
            ("another signature", AlterLast(text)),
            ("no signature", text[..text.LastIndexOf('&')]),
            ("no signature at all", get.Address.GetLeftPart(UriPartial.Path)),
        ];
        int refused = 0;
        foreach ((string what, string address) in altered.Where(a => a.Address != text))
        {
            await RefusedAsync(context, client, HttpMethod.Get, new Uri(address), get, $"a signed address with {what}");
            refused++;
        }

        foreach (HttpMethod method in (HttpMethod[])[HttpMethod.Put, HttpMethod.Delete, HttpMethod.Post])
        {
            await RefusedAsync(context, client, method, get.Address, get, $"an address that was signed for a get, used for a {method.Method.ToLowerInvariant()},");
            refused++;
        }

        PresignedRequest put = await presigner.PresignAsync(PresignedMethod.Put, next, s_good, context.Cancellation);
        await RefusedAsync(context, client, HttpMethod.Get, put.Address, put, "an address that was signed for a put, used for a get,");
        await context.ReadsAsync(mine, body, "after its address was misused");
        await context.ReadsAsync(next, context.Body(next, 600), "after its address was misused");
        TimeSpan late = await EndsAsync(context, client, ending, s_longAfter + TimeSpan.FromTicks(Math.Clamp(behind.Ticks, 0, s_mostSkew.Ticks)));
        return Finding.Passed(
            FormattableString.Invariant($"{refused + 1} altered uses of signed addresses were refused; one that was good for {s_short.TotalSeconds:0} s was refused {late.TotalSeconds:0.0} s after its end"));
    }

    private static async Task<TimeSpan> EndsAsync(ClauseContext context, HttpClient client, PresignedRequest ending, TimeSpan patience)
    {
        for (; ; )
        {
            TimeSpan late = context.Time.GetUtcNow() - ending.Expires;
            if (late <= TimeSpan.Zero)
            {
                await Task.Delay(-late + TimeSpan.FromMilliseconds(20), context.Time, context.Cancellation);
                continue;
            }

            if (IsRefusal(await AskAsync(context, client, HttpMethod.Get, ending.Address, ending)))
                return late;
            ClauseContext.Require(late < patience, $"a signed address was still good {(int)late.TotalSeconds} s after its end");
            await Task.Delay(TimeSpan.FromMilliseconds(200), context.Time, context.Cancellation);
        }
    }

    private static async Task RefusedAsync(ClauseContext context, HttpClient client, HttpMethod method, Uri address, PresignedRequest made, string what)
    {
        HttpStatusCode status = await AskAsync(context, client, method, address, made);
        ClauseContext.Require(IsRefusal(status), $"{what} was answered {(int)status}");
    }

    // A client's mistake, whichever: servers name it differently.
    // A method that a store does not have at all, as Swift has no post on an object, is refused as well.
    private static bool IsRefusal(HttpStatusCode status) => (int)status is >= 400 and < 500 || status == HttpStatusCode.NotImplemented;

    private static async Task<HttpStatusCode> AskAsync(ClauseContext context, HttpClient client, HttpMethod method, Uri address, PresignedRequest made)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                using HttpRequestMessage request = new(method, address);
                if (method == HttpMethod.Put || method == HttpMethod.Post)
                    request.Content = new ByteArrayContent([1, 2, 3]);
                foreach ((string name, string value) in made.Headers)
                    request.Headers.TryAddWithoutValidation(name, value);
                using HttpResponseMessage answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, context.Cancellation);
                if (answer.StatusCode == HttpStatusCode.NotImplemented || (int)answer.StatusCode is not (429 or >= 500) || attempt == StrangersAttempts)
                    return answer.StatusCode;
            }
            catch (HttpRequestException broken) when (attempt == StrangersAttempts)
            {
                // The address is a secret as long as it is good, and no part of the message.
                throw new StorageException(StorageErrorKind.Transient, "use a signed address", "", $"the connection broke ({broken.HttpRequestError})");
            }
            catch (HttpRequestException)
            {
                // A server may close after a refusal; asked again below.
            }

            await Task.Delay(s_strangersPause * attempt, context.Time, context.Cancellation);
        }
    }

    private static string AlterLast(string text) => text[..^1] + (text[^1] == '0' ? '1' : '0');
}
