using System.Security.Cryptography;
using System.Text;
using BenchmarkDotNet.Attributes;
using FireproofBench.Engine.Crypto;
using FireproofBench.Engine.Sharing;
using FireproofBench.Gateways.Entropy;
using FireproofBench.Micro.Stages;

namespace FireproofBench.Micro.Benchmarks;

/// <summary>Keys out of an invitation that a passphrase opens. The limit is the raw derivation with as many iterations, which are meant to take long.</summary>
public class InvitationBenchmarks
{
    private const string Passphrase = "correct horse battery staple";

    private readonly byte[] _salt = MicroDocuments.Bytes(16);
    private string _text = "";

    /// <summary>Prepares the invitation.</summary>
    [GlobalSetup]
    public void SetUp()
    {
        using var invitation = new Invitation("micro", new KeyRing(FileKey.FromBytes(MicroDocuments.Bytes(FileKey.DefaultLength))), "s3://bucket/micro");
        _text = SealedInvitation.Seal(invitation, Passphrase, new SeededEntropy(1));
    }

    /// <summary>The raw derivation of the key.</summary>
    [Benchmark(Baseline = true)]
    public byte[] Limit() => Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(Passphrase), _salt, SealedInvitation.MinIterations, HashAlgorithmName.SHA256, 32);

    /// <summary>The engine.</summary>
    [Benchmark(Description = "unwrap keys of an invitation")]
    public int Open()
    {
        using Invitation invitation = SealedInvitation.Open(_text, Passphrase);
        return invitation.Keys.Keys.Length;
    }
}
