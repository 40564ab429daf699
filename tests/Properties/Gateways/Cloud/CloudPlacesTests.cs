using FireproofBench.Gateways.Cloud;
using Xunit;

namespace FireproofBench.Properties.Gateways.Cloud;

public sealed class CloudPlacesTests
{
    /// <summary>As clients of @fireproof/core 0.24.19 resolve them.</summary>
    [Theory]
    [InlineData("http://host:1/fp", "/ws", "ws://host:1/ws")]
    [InlineData("http://host:1/fp", "ws", "ws://host:1/fp/ws")]
    [InlineData("https://host/base", "./ws", "wss://host/base/ws")]
    [InlineData("https://host/base/", "ws?room=1", "wss://host/base/ws?room=1")]
    [InlineData("http://host:1/fp", "wss://elsewhere/socket", "wss://elsewhere/socket")]
    [InlineData("http://host:1/fp", "https://elsewhere/socket", "wss://elsewhere/socket")]
    public void A_socket_lies_where_clients_look_for_it(string messages, string place, string socket) => Assert.Equal(socket, CloudPlaces.SocketOf(new Uri(messages), place)?.OriginalString.Replace(":443/", "/", StringComparison.Ordinal));

    [Theory]
    [InlineData("http://host:1/fp", "/fp", "http://host:1/fp")]
    [InlineData("http://host:1/fp", "/", "http://host:1/fp")]
    [InlineData("http://host:1/base", "messages", "http://host:1/base/messages")]
    [InlineData("http://host:1/fp", "ftp://host/fp", null)]
    public void Messages_go_where_clients_send_them(string messages, string place, string? address) => Assert.Equal(address, CloudPlaces.RequestOf(new Uri(messages), place)?.ToString());
}
