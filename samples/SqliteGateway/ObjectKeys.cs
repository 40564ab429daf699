using System.Text;
using FireproofBench.Engine.Ports;

namespace FireproofBench.SqliteGateway;

/// <summary>Keys as the file has them: the bytes of their UTF-8 forms.</summary>
internal static class ObjectKeys
{
    /// <summary>Longest key, in bytes.</summary>
    public const int MaxLength = 1024;

    private static readonly UTF8Encoding _utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The bytes of a key.</summary>
    /// <exception cref="StorageException">InvalidName when the port allows no such key, or it is too long.</exception>
    public static byte[] ToBytes(string key, string operation)
    {
        byte[] bytes = Encode(key, operation);
        if (bytes.Length > MaxLength)
            throw Refuse(key, operation, $"the key is longer than {MaxLength} bytes");
        return key.Split('/').Any(static segment => segment is "" or "." or "..")
            ? throw Refuse(key, operation, "a segment of the key is empty, '.' or '..'")
            : bytes;
    }

    /// <summary>The bytes of a prefix, or of a key where a page starts; neither has to be a key.</summary>
    public static byte[] Encode(string text, string operation)
    {
        try
        {
            return _utf8.GetBytes(text);
        }
        catch (EncoderFallbackException)
        {
            throw Refuse(text, operation, "half a surrogate pair has no UTF-8 form");
        }
    }

    /// <summary>The key of its bytes.</summary>
    public static string ToKey(byte[] bytes) => _utf8.GetString(bytes);

    /// <summary>The first bytes behind all that start with a prefix; null when there are none, since the prefix is empty.</summary>
    public static byte[]? Behind(byte[] prefix)
    {
        if (prefix.Length == 0)
            return null;

        // No byte of UTF-8 is 0xFF, so the last one can always be counted up.
        byte[] behind = [.. prefix];
        behind[^1]++;
        return behind;
    }

    // Half a pair could not be written into a report either.
    private static StorageException Refuse(string key, string operation, string reason) =>
        new(StorageErrorKind.InvalidName, operation, Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(key)), reason);
}
