using FireproofBench.Chat;

// chat ENDPOINT --group NAME --as NAME [--folder DIR] [--join]
// A group is one database: on this device in DIR, shared through the endpoint. Whoever joins needs an invitation, which a member gets by typing /invite.
if (ChatOptions.Read(args) is not { } options)
{
    Console.Error.WriteLine(ChatOptions.Usage);
    return 2;
}

using CancellationTokenSource end = new();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    end.Cancel();
};
try
{
    await using ChatSession session = await ChatSession.OpenAsync(options, end.Token);
    await session.RunAsync(end.Token);
    return 0;
}
catch (OperationCanceledException)
{
    return 130;
}
catch (ChatException refused)
{
    Console.Error.WriteLine($"chat: {refused.Message}");
    return 2;
}
