import TestSupport
import Testing

@Suite("isoloss train transformer, killed", .enabled(if: BinaryRun.path != nil))
struct TrainTransformerBinaryTests {
  /// A run is killed without warning again and again, at whatever moment, and ends with the weights of
  /// one that was left alone.
  @Test("a run that is killed ends with the same bits")
  func killed() throws {
    let folder = try TemporaryFolder()
    let run = try BinaryRun(
      """
      train() {
        exec "$ISOLOSS" train transformer '\(TestFiles.package("corpora/lighthouse.txt"))' --layers 2 \
          --width 64 --heads 2 --context 64 --batch 8 --steps 150 --checkpoint-every 3 --quiet "$@"
      }
      (train -o whole) > /dev/null || exit 3
      kills=0
      for delay in 0.15 0.3 0.2 0.45 0.25 0.35 0.1 0.5 0.3 0.4 0.2 0.6; do
        train -o parts --resume > /dev/null 2> error & pid=$!
        sleep $delay
        kill -9 $pid 2> /dev/null && kills=$((kills + 1))
        wait $pid 2> /dev/null
      done
      (train -o parts --resume) > /dev/null || exit 4
      cmp whole/model.safetensors parts/model.safetensors || exit 5
      test "$(wc -l < parts/log.jsonl)" -eq 150 || exit 6
      test $kills -ge 2 || exit 7
      """,
      in: folder
    )
    #expect(run.status == 0, "\(run.diagnostics)")
  }

  @Test("a run that is told to stop keeps its state and ends with 143")
  func told() throws {
    let folder = try TemporaryFolder()
    let run = try BinaryRun(
      """
      "$ISOLOSS" train transformer '\(TestFiles.package("corpora/lighthouse.txt"))' --layers 2 \
        --width 64 --heads 2 --context 64 --batch 8 --steps 5000 -o model > out 2> error & pid=$!
      sleep 1
      kill -TERM $pid
      wait $pid
      test $? -eq 143 || exit 3
      test -s model/training.safetensors || exit 4
      """,
      in: folder
    )
    #expect(run.status == 0, "\(run.diagnostics)")
  }
}
