using System.Security.Cryptography;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Crypto;

namespace FireproofBench.Simulation.Checking;

/// <summary>All that lies at devices and stores, byte by byte, apart from everything that the engine makes of it.</summary>
/// <param name="witness">Is told what must not be.</param>
/// <param name="mark">Stands in every document.</param>
/// <param name="keys">The keys by their fingerprints; empty where nothing is sealed.</param>
internal sealed class StoredFiles(Witness witness, string mark, IReadOnlyDictionary<KeyFingerprint, byte[]> keys)
{
    private const string Suffix = ".car";

    private readonly byte[] _mark = System.Text.Encoding.ASCII.GetBytes(mark);
    private readonly Dictionary<string, string> _nonces = new(StringComparer.Ordinal);

    // A copy that is the same byte by byte is as sound: most files lie at every device and store.
    private readonly Dictionary<string, ReadOnlyMemory<byte>> _sound = new(StringComparer.Ordinal);

    /// <summary>Looks at a file.</summary>
    /// <param name="place">Where it lies.</param>
    /// <param name="path">Its name there.</param>
    /// <param name="content">Its bytes.</param>
    public void Look(string place, string path, ReadOnlyMemory<byte> content)
    {
        if (keys.Count > 0 && (path.Contains(mark, StringComparison.Ordinal) || content.Span.IndexOf(_mark) >= 0))
            witness.Accuse(Claim.Secrecy, $"'{path}' of {place} holds a part of a document in the clear");
        string name = path[(path.LastIndexOf('/') + 1)..];

        // Heads may be objects too, named by what they name.
        if (!path.Contains("data/", StringComparison.Ordinal))
            return;
        if (!Cid.TryParse(name.EndsWith(Suffix, StringComparison.Ordinal) ? name.AsSpan(0, name.Length - Suffix.Length) : name, out Cid cid))
            return;
        if (_sound.TryGetValue(name, out ReadOnlyMemory<byte> sound) && sound.Span.SequenceEqual(content.Span))
            return;
        int violations = witness.Violations.Count;
        if (keys.Count > 0)
            LookSealed(place, path, name, cid, content.Span);
        else if (!cid.Names(content.Span))
            witness.Accuse(Claim.Integrity, $"'{path}' of {place} does not have the content id that it is named by");
        if (witness.Violations.Count == violations)
            _sound[name] = content;
    }

    // {iv: 12 bytes, data: the sealed bytes with a tag of 16, keyId: 32 bytes}, each field at its place.
    private void LookSealed(string place, string path, string name, Cid cid, ReadOnlySpan<byte> content)
    {
        const int NonceAt = 5;
        const int DataAt = NonceAt + 12 + 5;
        const int KeyLength = 32;
        const int BehindData = 8 + KeyLength;
        int head = content.Length <= DataAt ? 1 : content[DataAt] switch { < 0x58 => 1, 0x58 => 2, 0x59 => 3, _ => 5 };
        int length = content.Length - DataAt - head - BehindData;
        if (length < 16 || !keys.TryGetValue(KeyFingerprint.FromBytes(content[^KeyLength..]), out byte[]? key))
        {
            witness.Accuse(Claim.Integrity, $"'{path}' of {place} is not sealed with a key of the database");
            return;
        }

        ReadOnlySpan<byte> nonce = content.Slice(NonceAt, 12);
        string use = $"{Convert.ToHexString(nonce)} {Convert.ToHexString(content[^KeyLength..])}";
        if (!_nonces.TryAdd(use, name) && _nonces[use] != name)
            witness.Accuse(Claim.Secrecy, $"{name} and {_nonces[use]} are sealed with one key and one nonce");
        ReadOnlySpan<byte> data = content.Slice(DataAt + head, length);
        byte[] plain = new byte[length - 16];
        try
        {
            using AesGcm aes = new(key, 16);
            aes.Decrypt(nonce, data[..^16], data[^16..], plain);
            if (!cid.Names(plain))
                witness.Accuse(Claim.Integrity, $"'{path}' of {place} does not have the content id that it is named by");
        }
        catch (AuthenticationTagMismatchException)
        {
            witness.Accuse(Claim.Integrity, $"'{path}' of {place} was changed since it was sealed: its tag does not match");
        }
    }
}
