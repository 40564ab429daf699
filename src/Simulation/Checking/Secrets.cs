using System.Text;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Crypto;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Simulation.Checking;

/// <summary>What must not lie anywhere in the clear: documents and keys. It is looked for in all that is written, when it is written, since much of it is replaced and deleted before the end.</summary>
/// <param name="witness">Is told what must not be.</param>
/// <param name="mark">Stands in every id, document and file.</param>
/// <param name="publishesKeys">Whether keys may stand beside heads, in the clear.</param>
internal sealed class Secrets(Witness witness, string mark, bool publishesKeys)
{
    private readonly byte[] _mark = Encoding.ASCII.GetBytes(mark);
    private readonly HashSet<KeyFingerprint> _keys = [];
    private readonly List<byte[]> _raw = [];
    private readonly List<byte[]> _texts = [];
    private readonly Dictionary<string, string> _nonces = new(StringComparer.Ordinal);

    /// <summary>Somebody has these keys from now on.</summary>
    /// <param name="keyName">The name of the item.</param>
    /// <param name="item">The item of a key bag.</param>
    public void Add(string keyName, ReadOnlyMemory<byte> item)
    {
        using KeyRing ring = KeyBagItem.Read(keyName, item);
        foreach (FileKey key in ring.Keys)
        {
            if (!_keys.Add(key.Fingerprint))
                continue;
            byte[] raw = key.ExportBytes();
            _raw.Add(raw);
            _texts.Add(Encoding.ASCII.GetBytes(Base58.Encode(raw)));
            _texts.Add(Encoding.ASCII.GetBytes(Convert.ToBase64String(raw).TrimEnd('=')));
        }
    }

    /// <summary>Looks at what is written.</summary>
    /// <param name="place">Where.</param>
    /// <param name="name">By which name.</param>
    /// <param name="content">The bytes.</param>
    public void Look(string place, string name, ReadOnlySpan<byte> content)
    {
        if (name.Contains(mark, StringComparison.Ordinal) || content.IndexOf(_mark) >= 0)
            witness.Accuse(Claim.Secrecy, $"'{name}' of {place} holds a part of a document in the clear");
        if (HoldsAny(content, _raw) || (!publishesKeys && HoldsAny(content, _texts)))
            witness.Accuse(Claim.Secrecy, $"'{name}' of {place} holds a key in the clear");
        if (!name.Contains("data/", StringComparison.Ordinal) || !SealedLayout.TryRead(content, out SealedLayout lying))
            return;
        string file = name[(name.LastIndexOf('/') + 1)..];
        string use = $"{Convert.ToHexString(lying.Nonce)} {lying.Key}";
        if (!_nonces.TryAdd(use, file) && _nonces[use] != file)
            witness.Accuse(Claim.Secrecy, $"{file} and {_nonces[use]} are sealed with one key and one nonce");
    }

    /// <summary>Looks at a head that is published.</summary>
    /// <param name="place">Where.</param>
    /// <param name="head">The head.</param>
    public void Look(string place, MetaEntry head)
    {
        Look(place, "a head", head.Data.Span);
        if (!publishesKeys && !head.Keys.IsEmpty)
            witness.Accuse(Claim.Secrecy, $"the head {Names.Of(head.Cid)} of {place} has keys beside it, which nobody was to publish");
    }

    private static bool HoldsAny(ReadOnlySpan<byte> content, List<byte[]> secrets)
    {
        foreach (byte[] secret in secrets)
        {
            if (content.IndexOf(secret) >= 0)
                return true;
        }

        return false;
    }
}
