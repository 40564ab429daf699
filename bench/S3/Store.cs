using Amazon.Runtime;
using Amazon.S3;
using FireproofBench.Gateways;
using FireproofBench.Gateways.Entropy;
using FireproofBench.Gateways.S3;

namespace FireproofBench.S3Bench;

/// <summary>The bucket, from FIREPROOFBENCH_CEPH (<c>http://KEY:SECRET@host:port/region</c>) or as <c>tests/servers/ceph.sh</c> starts it.</summary>
internal static class Store
{
    public const string Bucket = "fireproofbench-bench";

    private static readonly Uri _address = new(Environment.GetEnvironmentVariable("FIREPROOFBENCH_CEPH") ?? "http://fireproofbench:fireproofbench-secret@127.0.0.1:7480/default");
    private static readonly string[] _keys = [.. _address.UserInfo.Split(':', 2).Select(Uri.UnescapeDataString)];
    private static readonly BasicAWSCredentials _credentials = new(_keys[0], _keys[1]);

    public static GatewayOptions Gateway { get; } = new() { Time = TimeProvider.System, Entropy = SystemEntropy.Instance };

    public static S3DataGateway Open() => new(
        new S3Options
        {
            Bucket = Bucket,
            Prefix = "gateway",
            Endpoint = new Uri(_address.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped)),
            Region = _address.AbsolutePath.Trim('/'),
            PathStyle = true,
            CreateBucket = true,
            Credentials = _credentials,
        },
        Gateway);

    /// <summary>The client library as its manual sets it up for such a store.</summary>
    public static AmazonS3Client Client() => new(_credentials, new AmazonS3Config
    {
        ServiceURL = _address.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped),
        AuthenticationRegion = _address.AbsolutePath.Trim('/'),
        ForcePathStyle = true,
        RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
        ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
    });
}
