using System.Text;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Crypto;
using FireproofBench.Engine.Ports;
using FireproofBench.Simulation.Checking;
using Xunit;

namespace FireproofBench.Properties.Simulation.Checking;

/// <summary>What must not lie in the clear is found in whatever is written; what is sealed is passed.</summary>
public sealed class SecretsTests
{
    private const string Mark = "secret-";
    private const string KeyName = "@world-data@";

    private readonly Witness _witness = new(new VirtualTime());
    private readonly FileKey _key = FileKey.FromBytes([.. Enumerable.Range(1, 32).Select(static i => (byte)(i * 7))]);

    private Claim? Accused => _witness.Violations.Count == 0 ? null : Assert.Single(_witness.Violations).Claim;

    [Fact]
    public void A_document_in_the_clear_is_found_in_a_content_and_in_a_name()
    {
        Secrets secrets = New();
        secrets.Look("A", "data/x.car", "nothing"u8);
        Assert.Null(Accused);
        secrets.Look("A", "data/x.car", Encoding.ASCII.GetBytes($"before {Mark}1 behind"));
        Assert.Equal(Claim.Secrecy, Accused);
    }

    [Fact]
    public void A_document_id_in_a_name_is_found()
    {
        New().Look("A", $"data/{Mark}1.car", "nothing"u8);
        Assert.Equal(Claim.Secrecy, Accused);
    }

    [Fact]
    public void A_key_is_found_as_bytes_also_where_keys_may_stand_beside_heads()
    {
        New(publishesKeys: true).Look("A", "log", (byte[])[1, 2, .. _key.ExportBytes(), 3]);
        Assert.Equal(Claim.Secrecy, Accused);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_key_as_text_is_found_unless_keys_may_stand_beside_heads(bool publishesKeys)
    {
        Secrets secrets = New(publishesKeys);
        secrets.Look("A", "meta/main.json", Encoding.ASCII.GetBytes($"{{\"key\":\"z{Base58.Encode(_key.ExportBytes())}\"}}"));
        Assert.Equal(publishesKeys ? null : Claim.Secrecy, Accused);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_head_with_keys_beside_it_is_found_unless_they_are_to_be_there(bool publishesKeys)
    {
        byte[] data = [1, 2, 3];
        MetaEntry head = new(Cid.Of(CidCodec.DagCbor, data), [], data);
        Secrets secrets = New(publishesKeys);
        secrets.Look("the store", head);
        Assert.Null(Accused);
        secrets.Look("the store", head with { Keys = [PublishedKey.Of(_key)] });
        Assert.Equal(publishesKeys ? null : Claim.Secrecy, Accused);
    }

    [Fact]
    public void Two_files_sealed_with_one_key_and_one_nonce_are_found_and_one_that_is_written_twice_is_not()
    {
        Secrets secrets = New();
        byte[] one = Sealed("one"u8);
        secrets.Look("A", "data/one.car", one);
        secrets.Look("the store", "shared/world/data/one.car", one);
        secrets.Look("A", "data/two.car", Sealed("two"u8));
        Assert.Null(Accused);
        byte[] three = Sealed("three"u8);
        one.AsSpan(5, FileKey.NonceLength).CopyTo(three.AsSpan(5));
        secrets.Look("A", "data/three.car", three);
        Assert.Equal(Claim.Secrecy, Accused);
    }

    private Secrets New(bool publishesKeys = false)
    {
        Secrets secrets = new(_witness, Mark, publishesKeys);
        secrets.Add(KeyName, KeyBagItem.Write(KeyName, _key));
        return secrets;
    }

    private byte[] Sealed(ReadOnlySpan<byte> plain) => SealedFile.Seal(_key, plain, SealedFile.NameOf(plain));
}
