namespace FireproofBench.Gateways;

/// <summary>What a presigned address allows.</summary>
public enum PresignedMethod
{
    /// <summary>Reading the object, or ranges of it.</summary>
    Get,

    /// <summary>Storing the object whole, over what may be there.</summary>
    Put,
}
