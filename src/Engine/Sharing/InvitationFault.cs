namespace FireproofBench.Engine.Sharing;

/// <summary>Why an invitation could not be made or opened.</summary>
public enum InvitationFault
{
    /// <summary>The text is no invitation. Look whether all of it was copied, from the first word on.</summary>
    NotAnInvitation,

    /// <summary>The invitation is of a version that is not known here. Take a newer program.</summary>
    UnknownVersion,

    /// <summary>The text was damaged on its way: a part is missing or another one. Copy it again.</summary>
    Damaged,

    /// <summary>It asks for more than is allowed, or for less than is safe; the message says what. Nothing was computed.</summary>
    BeyondLimits,

    /// <summary>The passphrase is another one, or somebody changed the invitation on purpose: nobody can tell which without the right passphrase.</summary>
    WrongPassphrase,

    /// <summary>The passphrase is empty, too short or too long. Take another.</summary>
    UnfitPassphrase,
}
