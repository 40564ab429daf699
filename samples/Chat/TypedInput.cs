namespace FireproofBench.Chat;

/// <summary>What came from the keyboard.</summary>
/// <param name="Line">A line that was ended; null when none was.</param>
/// <param name="Draft">What stands in the line now; null where nothing is known before its end.</param>
/// <param name="IsEnd">Whether the input has ended.</param>
internal readonly record struct TypedInput(string? Line, string? Draft, bool IsEnd);
