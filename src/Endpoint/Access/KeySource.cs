using Microsoft.IdentityModel.Tokens;

namespace FireproofBench.Endpoint.Access;

/// <summary>A set of keys that sign tokens, in the form of a JWK set (RFC 7517): a text, a file, or an address that is asked again when a key is not known.</summary>
/// <remarks>Symmetric keys (<c>"kty":"oct"</c>) of at least 32 bytes are taken from a text or a file only: a secret that can be fetched is none.</remarks>
public sealed class KeySource
{
    private const int MaxLength = 1 << 20;
    private static readonly TimeSpan _pause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan _shelfLife = TimeSpan.FromHours(6);

    private readonly Uri? _address;
    private readonly HttpClient? _client;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private Task<IReadOnlyList<SecurityKey>>? _fetching;
    private IReadOnlyList<SecurityKey> _keys;
    private DateTimeOffset _fetched = DateTimeOffset.MinValue;
    private DateTimeOffset _tried = DateTimeOffset.MinValue;

    private KeySource(IReadOnlyList<SecurityKey> keys, Uri? address, HttpClient? client, TimeProvider time)
    {
        _keys = keys;
        _address = address;
        _client = client;
        _time = time;
    }

    /// <summary>Keys from the text of a JWK set, or of one JWK.</summary>
    /// <exception cref="FormatException">It is none, or holds a key that must not be trusted. The message quotes no key.</exception>
    public static KeySource FromJson(string json) => new(Read(json, allowsSecrets: true), null, null, TimeProvider.System);

    /// <summary>Keys from an address. Nothing is fetched before the first token comes.</summary>
    /// <param name="address">An <c>https</c> address, or <c>http</c> on this machine.</param>
    /// <param name="client">Fetches; its time-outs hold.</param>
    /// <param name="time">The clock of the shelf life: fetched keys are asked for again after six hours, and for a key that is not known after half a minute.</param>
    /// <exception cref="FormatException">The address is neither.</exception>
    public static KeySource FromAddress(Uri address, HttpClient client, TimeProvider time)
    {
        if (address.Scheme != Uri.UriSchemeHttps && !(address.Scheme == Uri.UriSchemeHttp && address.IsLoopback))
            throw new FormatException("keys are fetched by https only: whoever could change them on the way could sign tokens");
        return new KeySource([], address, client, time);
    }

    /// <summary>The keys that may have signed a token.</summary>
    /// <param name="keyId">The key that the token names; null for none. One that is not known makes an address be asked again.</param>
    /// <param name="cancellation">Ends the wait, not the fetching: others wait for it too.</param>
    internal async ValueTask<IReadOnlyList<SecurityKey>> GetAsync(string? keyId, CancellationToken cancellation)
    {
        if (_address is null || !IsDue(keyId))
            return _keys;
        Task<IReadOnlyList<SecurityKey>> fetching;
        lock (_lock)
            fetching = _fetching ??= FetchAsync();
        return await fetching.WaitAsync(cancellation);
    }

    private static List<SecurityKey> Read(string json, bool allowsSecrets)
    {
        JsonWebKeySet set;
        try
        {
            set = new JsonWebKeySet(json);
            if (set.Keys.Count == 0)
                set.Keys.Add(new JsonWebKey(json));
        }
        catch (Exception exception) when (exception is ArgumentException or System.Text.Json.JsonException or FormatException)
        {
            throw new FormatException("not a JWK set ({\"keys\":[…]})");
        }

        List<SecurityKey> keys = [];
        foreach (JsonWebKey key in set.Keys)
        {
            if (key.Use is not (null or "" or "sig"))
                continue;
            if (key.Kty is not ("oct" or "RSA" or "EC"))
                throw new FormatException($"a key of the type '{key.Kty}', which is none of oct, RSA and EC");
            if (key.Kty == "oct" && !allowsSecrets)
                throw new FormatException("a symmetric key in a set that can be fetched: it is no secret");
            if (key.Kty == "oct" && key.KeySize < 256)
                throw new FormatException("a symmetric key of less than 32 bytes");
            if (key.Kty == "RSA" && key.KeySize < 2048)
                throw new FormatException("an RSA key of less than 2048 bits");
            keys.Add(key);
        }

        return keys.Count > 0 ? keys : throw new FormatException("no key that signs");
    }

    private bool IsDue(string? keyId)
    {
        DateTimeOffset now = _time.GetUtcNow();
        lock (_lock)
        {
            if (now - _tried < _pause)
                return _fetching is not null;
            return now - _fetched >= _shelfLife || (keyId is not null && _keys.All(key => key.KeyId != keyId));
        }
    }

    private async Task<IReadOnlyList<SecurityKey>> FetchAsync()
    {
        // Whoever waits must find the task in its field.
        await Task.Yield();
        try
        {
            _tried = _time.GetUtcNow();
            using HttpResponseMessage answer = await _client!.GetAsync(_address, HttpCompletionOption.ResponseHeadersRead, CancellationToken.None);
            _ = answer.EnsureSuccessStatusCode();
            await answer.Content.LoadIntoBufferAsync(MaxLength);
            _keys = Read(await answer.Content.ReadAsStringAsync(), allowsSecrets: false);
            _fetched = _tried;
        }
        catch (Exception)
        {
            // The keys of before go on; without any, no token is accepted. The next try comes after the pause.
        }
        finally
        {
            lock (_lock)
                _fetching = null;
        }

        return _keys;
    }
}
