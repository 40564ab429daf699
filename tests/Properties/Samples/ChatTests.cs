using System.Diagnostics;
using FireproofBench.Properties.Endpoint;
using FireproofBench.Properties.Fixtures;
using Xunit;

namespace FireproofBench.Properties.Samples;

/// <summary>The chat, as two people run it: two processes and an endpoint.</summary>
public sealed class ChatTests : IDisposable
{
    private const string Passphrase = "correct horse battery staple";

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Two_members_read_each_other_and_a_third_without_an_invitation_is_turned_away()
    {
        await using ServedProcess served = await ServedProcess.StartAsync("--data", _folder.At("objects"), "--meta", "sqlite:" + _folder.At("heads.sqlite"));
        using Process alice = Start(served.Address, "alice");
        await SayAsync(alice, "hello?");
        await HearAsync(alice, "alice: hello?");
        await SayAsync(alice, "/invite");
        await SayAsync(alice, Passphrase);
        string invitation = await HearAsync(alice, "fireproof-invitation:");

        using (Process stranger = Start(served.Address, "mallory"))
        {
            await stranger.WaitForExitAsync(Token);
            Assert.Equal(2, stranger.ExitCode);
            Assert.Contains("--join", await stranger.StandardError.ReadToEndAsync(Token), StringComparison.Ordinal);
        }

        using Process bob = Start(served.Address, "bob", "--join");
        await SayAsync(bob, invitation);
        await SayAsync(bob, Passphrase);
        await HearAsync(bob, "alice: hello?");
        await SayAsync(bob, "here I am");
        await HearAsync(alice, "bob: here I am");
        await SayAsync(alice, "good");
        await HearAsync(bob, "alice: good");
        foreach (Process member in (Process[])[alice, bob])
        {
            member.StandardInput.Close();
            await member.WaitForExitAsync(Token);
            Assert.Equal(0, member.ExitCode);
        }
    }

    private Process Start(Uri endpoint, string name, params string[] more)
    {
        string chat = Path.Combine(AppContext.BaseDirectory, "FireproofBench.Chat.dll");
        Process process = Process.Start(new ProcessStartInfo("dotnet", [chat, endpoint.ToString(), "--group", "friends", "--as", name, "--folder", _folder.At(name), .. more])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Token.Register(() =>
        {
            if (!process.HasExited)
                process.Kill();
        });
        return process;
    }

    private static async Task SayAsync(Process member, string line)
    {
        await member.StandardInput.WriteLineAsync(line.AsMemory(), Token);
        await member.StandardInput.FlushAsync(Token);
    }

    private static async Task<string> HearAsync(Process member, string beginning)
    {
        while (await member.StandardOutput.ReadLineAsync(Token) is { } line)
        {
            if (line.StartsWith(beginning, StringComparison.Ordinal))
                return line;
        }

        throw new InvalidOperationException($"it ended without saying '{beginning}': {await member.StandardError.ReadToEndAsync(Token)}");
    }
}
