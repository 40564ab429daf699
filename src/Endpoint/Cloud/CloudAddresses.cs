using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
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

    private const string SecretKey = "fp.cloud/secret";
    private const int SecretLength = 32;

    /// <summary>Takes the secret out of the data store, or puts one there.</summary>
    /// <exception cref="StorageException">The store fails, or what lies there is no secret.</exception>
    public static async ValueTask<CloudAddresses> OpenAsync(IDataGateway data, TimeSpan lifetime, TimeProvider time, CancellationToken cancellation)
    {
        if (await data.GetAsync(SecretKey, null, cancellation) is not { } found)
        {
            try
            {
                // Where the store has no conditions, two endpoints that begin at the same moment may differ until the next look: what is read back counts.
                bool holdsConditions = data.Traits.ConditionalCreate;
                await data.PutAsync(SecretKey, RandomNumberGenerator.GetBytes(SecretLength), holdsConditions ? PutCondition.IfAbsent : PutCondition.None, cancellation);
            }
            catch (StorageException taken) when (taken.Kind == StorageErrorKind.PreconditionFailed)
            {
                // Another endpoint was quicker.
            }

            found = await data.GetAsync(SecretKey, null, cancellation)
                ?? throw new StorageException(StorageErrorKind.Transient, "open", SecretKey, "the store does not show the secret that was just put there");
        }

        return found.Bytes.Length == SecretLength
            ? new CloudAddresses(found.Bytes.ToArray(), lifetime, time)
            : throw new StorageException(StorageErrorKind.Corrupt, "open", SecretKey, $"this is no secret of {SecretLength} bytes");
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
