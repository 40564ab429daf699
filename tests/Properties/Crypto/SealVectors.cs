using System.Text.Json;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Crypto;
using FireproofBench.Properties.Blocks;
using Xunit;

namespace FireproofBench.Properties.Crypto;

/// <summary>Source of the vectors: aesgcm.jsonl, checked against the files of @fireproof/core 0.24.19.</summary>
public sealed class SealVectors
{
    public static TheoryData<int, string> Files => VectorFile.Rows("aesgcm", static line => line.Text("plainHex").Length / 2 + " bytes");

    [Theory]
    [MemberData(nameof(Files))]
    public void A_file_is_sealed_and_opened_as_by_the_reference_engine(int line, string size)
    {
        JsonElement vector = VectorFile.Lines("aesgcm")[line];
        byte[] plain = vector.Hex("plainHex");
        byte[] raw = vector.Hex("keyHex");
        Cid name = SealedFile.NameOf(plain);
        Assert.Equal(vector.Text("cid"), name.ToString());

        using FileKey key = FileKey.FromBytes(raw);
        Assert.Equal(vector.Text("fingerprint"), key.Fingerprint.ToString());
        if (vector.TryGetProperty("keyB58", out JsonElement text))
            Assert.Equal(text.GetString(), "z" + Base58.Encode(raw));
        Assert.Equal(raw, key.ExportBytes());

        byte[] nonce = new byte[FileKey.NonceLength];
        SealedFile.FoldNonce(name, nonce);
        Assert.Equal(vector.Text("ivHex"), Convert.ToHexStringLower(nonce));

        byte[] file = SealedFile.Seal(key, plain, name);
        Assert.True(vector.Text("framedHex") == Convert.ToHexStringLower(file), size);
        using var ring = new KeyRing(key);
        Assert.Equal(plain, SealedFile.Open(ring, vector.Hex("framedHex"), name));
    }
}
