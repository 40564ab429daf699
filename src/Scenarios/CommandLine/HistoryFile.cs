namespace FireproofBench.Scenarios.CommandLine;

/// <summary>A history in a file, or on standard input.</summary>
internal static class HistoryFile
{
    private const string StandardInput = "-";

    /// <summary>Reads it.</summary>
    /// <exception cref="UsageException">It cannot be read, is too long, or is no history; the message has the line.</exception>
    public static async Task<History> ReadAsync(string path, CancellationToken cancellation)
    {
        try
        {
            await using Stream input = path == StandardInput ? Console.OpenStandardInput() : File.OpenRead(path);
            using MemoryStream whole = new();
            byte[] part = new byte[1 << 16];
            for (int read; (read = await input.ReadAsync(part, cancellation)) > 0;)
            {
                if (whole.Length + read > HistoryText.MaxLength)
                    throw new UsageException($"--check-history: '{path}' is longer than {HistoryText.MaxLength >> 20} MiB. Split it by keys.");
                whole.Write(part, 0, read);
            }

            return HistoryReader.Read(whole.GetBuffer().AsMemory(0, (int)whole.Length));
        }
        catch (HistoryFormatException malformed)
        {
            throw new UsageException($"--check-history: '{path}' is no history, {malformed.Message}. Each line is one call as JSON, such as"
                + " {\"client\":\"a\",\"op\":\"put\",\"key\":\"k\",\"value\":\"v1\",\"call\":1200,\"return\":3400,\"outcome\":\"ok\"}.");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"--check-history: '{path}' cannot be read: {failure.Message}");
        }
    }
}
