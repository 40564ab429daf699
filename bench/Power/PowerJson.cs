using System.Text.Encodings.Web;
using System.Text.Json;

namespace FireproofBench.Power;

/// <summary>How results are written.</summary>
internal static class PowerJson
{
    public static JsonSerializerOptions Options { get; } = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };
}
