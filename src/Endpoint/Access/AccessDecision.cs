namespace FireproofBench.Endpoint.Access;

/// <summary>What a policy says of a call.</summary>
public enum AccessDecision
{
    /// <summary>The caller may.</summary>
    Allowed,

    /// <summary>Not without a credential, or with another one: status 401.</summary>
    Unauthenticated,

    /// <summary>Not this caller: status 403, whether the database exists or not.</summary>
    Forbidden,
}
