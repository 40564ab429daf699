using System.Security.Cryptography;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Crypto;

namespace FireproofBench.Simulation.Checking;

/// <summary>All that lies at devices and stores, byte by byte, apart from everything that the engine makes of it.</summary>
/// <param name="witness">Is told what must not be.</param>
/// <param name="secrets">What must not lie in the clear; null where nothing is sealed.</param>
/// <param name="keys">The keys by their fingerprints; empty where nothing is sealed.</param>
internal sealed class StoredFiles(Witness witness, Secrets? secrets, IReadOnlyDictionary<KeyFingerprint, byte[]> keys)
{
    private const string Suffix = ".car";

    // A copy that is the same byte by byte is as sound: most files lie at every device and store.
    private readonly Dictionary<string, ReadOnlyMemory<byte>> _sound = new(StringComparer.Ordinal);

    /// <summary>Looks at a file.</summary>
    /// <param name="place">Where it lies.</param>
    /// <param name="path">Its name there.</param>
    /// <param name="content">Its bytes.</param>
    public void Look(string place, string path, ReadOnlyMemory<byte> content)
    {
        secrets?.Look(place, path, content.Span);
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
            LookSealed(place, path, cid, content.Span);
        else if (!cid.Names(content.Span))
            witness.Accuse(Claim.Integrity, $"'{path}' of {place} does not have the content id that it is named by");
        if (witness.Violations.Count == violations)
            _sound[name] = content;
    }

    private void LookSealed(string place, string path, Cid cid, ReadOnlySpan<byte> content)
    {
        if (!SealedLayout.TryRead(content, out SealedLayout file) || !keys.TryGetValue(file.Key, out byte[]? key))
        {
            witness.Accuse(Claim.Integrity, $"'{path}' of {place} is not sealed with a key of the database");
            return;
        }

        byte[] plain = new byte[file.Data.Length - SealedLayout.TagLength];
        try
        {
            using AesGcm aes = new(key, SealedLayout.TagLength);
            aes.Decrypt(file.Nonce, file.Data[..^SealedLayout.TagLength], file.Data[^SealedLayout.TagLength..], plain);
            if (!cid.Names(plain))
                witness.Accuse(Claim.Integrity, $"'{path}' of {place} does not have the content id that it is named by");
        }
        catch (AuthenticationTagMismatchException)
        {
            witness.Accuse(Claim.Integrity, $"'{path}' of {place} was changed since it was sealed: its tag does not match");
        }
    }
}
