using System.Collections.Immutable;
using FireproofBench.Endpoint.Access;
using FireproofBench.Endpoint.Objects;
using FireproofBench.Endpoint.Push;
using FireproofBench.Endpoint.Requests;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Cloud.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace FireproofBench.Endpoint.Cloud;

/// <summary>The part of an endpoint that serves devices of the reference engine.</summary>
internal sealed partial class CloudEndpoint(
    CloudOptions cloud, EndpointOptions options, EndpointStores stores, HeadHub hub, Gatekeeper gate, ObjectReads reads, ObjectWrites writes, TimeProvider time, ILogger log)
{
    private CloudDispatcher? _dispatcher;
    private CloudFiles? _files;

    /// <summary>Its settings.</summary>
    public CloudOptions Cloud => cloud;

    /// <summary>The settings of the whole.</summary>
    public EndpointOptions Options => options;

    /// <summary>Who is told of changes.</summary>
    public HeadHub Hub => hub;

    /// <summary>The clock.</summary>
    public TimeProvider Time => time;

    /// <summary>The log.</summary>
    public ILogger Log => log;

    /// <summary>The tokens.</summary>
    public CloudTokens Tokens { get; } = new(cloud, time);

    /// <summary>Who is bound to what.</summary>
    public CloudRooms Rooms { get; } = new();

    /// <summary>Answers messages.</summary>
    public CloudDispatcher Dispatcher => _dispatcher ?? throw new InvalidOperationException("The endpoint has not begun.");

    /// <summary>The routes.</summary>
    public ImmutableArray<(string Name, string Method, string Pattern, RequestDelegate Run)> Routes =>
    [
        ("cloudMessage", "PUT", CloudPlace.Messages, AnswerAsync),
        ("cloudSocket", "GET", CloudPlace.Socket, http => CloudSocket.RunAsync(this, http)),
        ("cloudGetFile", "GET", Files, http => _files!.RunAsync(http)),
        ("cloudPutFile", "PUT", Files, http => _files!.RunAsync(http)),
        ("cloudDeleteFile", "DELETE", Files, http => _files!.RunAsync(http)),
        ("cloudPreflight", "OPTIONS", CloudPlace.Messages, PreflightAsync),
        ("cloudPreflightOfFile", "OPTIONS", Files, PreflightAsync),
    ];

    private static string Files => $"{CloudPlace.Messages}/{CloudAddresses.Folder}/{{database}}/{{store}}/{{key}}";

    /// <summary>Opens what it keeps in the stores.</summary>
    /// <exception cref="StorageException">A store fails.</exception>
    public async ValueTask StartAsync(CancellationToken cancellation)
    {
        CloudAddresses addresses = await CloudAddresses.OpenAsync(stores.Heads, cloud.AddressLifetime, time, cancellation);
        CloudLedgers ledgers = new(stores, options, hub);
        _dispatcher = new CloudDispatcher(cloud, Tokens, ledgers, addresses, Rooms, gate);
        _files = new CloudFiles(addresses, ledgers, reads, writes, options);
    }

    /// <summary>Lets pages of every origin see an answer: what they may is in the token of each message, and in each address.</summary>
    public static void Admit(HttpContext http)
    {
        IHeaderDictionary headers = http.Response.Headers;
        headers.AccessControlAllowOrigin = "*";
        headers.AccessControlAllowMethods = "GET,POST,OPTIONS,PUT,DELETE";
        headers.AccessControlAllowHeaders = "Origin, Content-Type, Accept";
        headers.AccessControlMaxAge = "86400";
    }

    /// <summary>The answer to a message that failed. What is wrong with the endpoint goes to its log, and not to the client.</summary>
    /// <param name="message">The message; null when it could not be read.</param>
    /// <param name="failure">Why.</param>
    public byte[] Refuse(CloudMessage? message, Exception failure)
    {
        switch (failure)
        {
            case CloudMessageException refused:
                return message is null ? CloudMessages.Unreadable(refused.Message) : message.Refuse(refused.Message);
            case StorageException storage:
                TellFailure(storage.Kind, storage.Message);
                return message!.Refuse(Refusals.ReasonOf(storage));
            default:
                TellFault(failure);
                return message?.Refuse("the endpoint failed") ?? CloudMessages.Unreadable("the endpoint failed");
        }
    }

    private static Task PreflightAsync(HttpContext http)
    {
        http.Response.StatusCode = StatusCodes.Status200OK;
        return Task.CompletedTask;
    }

    private async Task AnswerAsync(HttpContext http)
    {
        CloudMessage? message = null;
        byte[] answer;
        try
        {
            message = CloudMessage.Read(await JsonBody.ReadAsync(http, CloudMessage.MaxLength));
            CloudReply reply = await Dispatcher.AnswerAsync(message, new CloudPlace(http, CloudPlace.Messages, cloud), http.RequestAborted);

            // Without a socket the client asks again and again: each time it gets all, whichever endpoint it meets.
            answer = reply.Answer ?? reply.Subscribed!.Event((await reply.Subscribed.Ledger.ReadAsync(http.RequestAborted)).Meta);
        }
        catch (Exception failure) when (failure is CloudMessageException or StorageException)
        {
            answer = Refuse(message, failure);
            http.Response.StatusCode = message is null ? StatusCodes.Status400BadRequest : StatusCodes.Status500InternalServerError;
        }

        await JsonBody.WriteAsync(http, answer);
    }

    [LoggerMessage(1, LogLevel.Warning, "A message of the cloud protocol failed: {Kind}, {Reason}")]
    private partial void TellFailure(StorageErrorKind kind, string reason);

    [LoggerMessage(2, LogLevel.Error, "A message of the cloud protocol failed")]
    private partial void TellFault(Exception failure);
}
