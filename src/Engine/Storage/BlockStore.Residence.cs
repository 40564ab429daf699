using FireproofBench.Engine.Car;

namespace FireproofBench.Engine.Storage;

/// <content>Which of the opened files stay in memory: those asked for least lately go first.</content>
internal sealed partial class BlockStore
{
    private readonly long _budget;
    private readonly LinkedList<CarSlot> _resident = new();
    private long _residentLength;

    private void Keep(CarSlot slot, CarFile file)
    {
        slot.File = file;
        slot.Residence = _resident.AddLast(slot);
        _residentLength += file.Length;
        while (_residentLength > _budget && _resident.First is { } oldest && oldest.Value != slot)
            Drop(oldest.Value);
    }

    private void Drop(CarSlot slot)
    {
        if (slot.Residence is null)
            return;
        _residentLength -= slot.File!.Length;
        _resident.Remove(slot.Residence);
        slot.Residence = null;
        slot.File = null;
    }

    private void Touch(CarSlot slot)
    {
        if (slot.Residence is not { } residence || residence == _resident.Last)
            return;
        _resident.Remove(residence);
        _resident.AddLast(residence);
    }
}
