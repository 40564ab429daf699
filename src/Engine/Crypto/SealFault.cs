namespace FireproofBench.Engine.Crypto;

/// <summary>Why a sealed file could not be opened.</summary>
public enum SealFault
{
    /// <summary>The frame around the ciphertext is not of the format.</summary>
    Malformed,

    /// <summary>The file was sealed with a key that the reader does not have.</summary>
    UnknownKey,

    /// <summary>The ciphertext, its tag or its nonce was changed, or the key is not the one that its fingerprint names.</summary>
    Tampered,
}
