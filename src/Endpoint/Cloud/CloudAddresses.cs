using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using FireproofBench.Endpoint.Heads;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Cloud.Protocol;

namespace FireproofBench.Endpoint.Cloud;

/// <summary>Addresses that give whoever has them one method on one file for a few minutes: signed, so that no store needs to be asked when one is made or used.</summary>
/// <param name="secret">The key of the signatures, the same for all endpoints on the same stores, and after a restart.</param>
/// <param name="lifetime">How long an address is good.</param>
/// <param name="time">The clock.</param>
internal sealed class CloudAddresses(byte[] secret, TimeSpan lifetime, TimeProvider time)
{
    /// <summary>Where files are, beside the route of messages.</summary>
    public const string Folder = "data";

    // No database of the endpoint's own protocol has a slash in its name: nobody reads the secret there.
    private const string Database = "fp.cloud/secret";
    private const int SecretLength = 32;

    /// <summary>Takes the secret from beside the heads, or puts one there. Endpoints on the same stores that begin at the same moment agree: of several the one with the lowest content id counts.</summary>
    /// <exception cref="StorageException">The store fails, or what lies there is no secret.</exception>
    public static async ValueTask<CloudAddresses> OpenAsync(IHeadStore heads, TimeSpan lifetime, TimeProvider time, CancellationToken cancellation)
    {
        HeadState state = await heads.ReadAsync(Database, cancellation);
        if (state.Entries.IsEmpty)
        {
            byte[] block = [(byte)(0x40 | 24), SecretLength, .. RandomNumberGenerator.GetBytes(SecretLength)];
            _ = await heads.PublishAsync(Database, new MetaEntry(Cid.Of(CidCodec.DagCbor, block), [], block), [], int.MaxValue, cancellation);
            state = await heads.ReadAsync(Database, cancellation);
        }

        ReadOnlyMemory<byte> found = state.Entries.MinBy(static entry => entry.Cid)!.Data;
        return found.Length == SecretLength + 2
            ? new CloudAddresses(found[2..].ToArray(), lifetime, time)
            : throw new StorageException(StorageErrorKind.Corrupt, "open", Database, $"this is no secret of {SecretLength} bytes");
    }

    /// <summary>Makes an address.</summary>
    /// <param name="route">The address of messages, without a slash at its end.</param>
    /// <param name="file">What it is for.</param>
    public string Make(string route, CloudFile file)
    {
        long end = (time.GetUtcNow() + lifetime).ToUnixTimeSeconds();
        return string.Create(
            CultureInfo.InvariantCulture, $"{route}/{Folder}/{file.Database}/{NameOf(file.Store)}/{Uri.EscapeDataString(file.Key)}?m={file.Method}&exp={end}{(file.IsDiscarded ? "&discard=1" : "")}&sig={Sign(file, end)}");
    }

    /// <summary>Whether an address was made here, for this method, and is still good.</summary>
    public bool IsGood(CloudFile file, string? end, string? signature) =>
        long.TryParse(end, NumberStyles.None, CultureInfo.InvariantCulture, out long seconds)
        && signature is not null
        && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(Sign(file, seconds)), Encoding.UTF8.GetBytes(signature))
        && time.GetUtcNow().ToUnixTimeSeconds() <= seconds;

    /// <summary>A store as it stands in an address.</summary>
    public static string NameOf(CloudStore store) => store switch
    {
        CloudStore.Car => "car",
        CloudStore.Meta => "meta",
        CloudStore.File => "file",
        _ => "wal",
    };

    private string Sign(CloudFile file, long end) => Base64Url.EncodeToString(HMACSHA256.HashData(
        secret, Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{file.Method}\n{file.Database}\n{file.Store}\n{file.Key}\n{end}\n{file.IsDiscarded}"))));
}
