using System.Text;
using FireproofBench.Gateways.Layout;
using FsCheck;
using FsCheck.Xunit;

namespace FireproofBench.Properties.Gateways.Layout;

public sealed class KeyOrderTests
{
    [Property(MaxTest = 1000)]
    public bool Texts_are_ordered_as_their_utf8_bytes_are(UnicodeString left, UnicodeString right) => Agree(left.Get, right.Get);

    [Property(Arbitrary = [typeof(KeySets)])]
    public bool Keys_are_ordered_as_their_utf8_bytes_are(KeySet set) => set.Lengths.Keys.All(a => set.Lengths.Keys.All(b => Agree(a, b)));

    private static bool Agree(string left, string right)
    {
        // Half a pair has no bytes: keys with one are refused before they are compared.
        if (ObjectKey.Complaint("x" + left.Replace('/', 'x')) is not null || ObjectKey.Complaint("x" + right.Replace('/', 'x')) is not null)
            return true;
        int bytes = Encoding.UTF8.GetBytes(left).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(right));
        return Math.Sign(KeyOrder.Compare(left, right)) == Math.Sign(bytes);
    }
}
