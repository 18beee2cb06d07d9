#if MPI
    import CMPI
    import Basics

    /// Messages over MPI (MPI 3.1, chapter 3), by a process that `mpirun` or `srun` started.
    final class MPILink: Link {
        let rank: Int
        let size: Int

        init() throws(Failure) {
            var (rank, size): (Int32, Int32) = (0, 0)
            try Self.check(cmpi_start(&rank, &size), doing: "start")
            (self.rank, self.size) = (Int(rank), Int(size))
        }

        func send(_ bytes: UnsafeRawBufferPointer, to rank: Int, tag: MessageTag) throws(Failure) -> Int {
            var request: Int32 = 0
            let code = cmpi_send(bytes.baseAddress, bytes.count, Int32(rank), tag.rawValue, &request)
            try Self.check(code, doing: "send to rank \(rank)")
            return Int(request)
        }

        func receive(
            into bytes: UnsafeMutableRawBufferPointer, from rank: Int, tag: MessageTag
        ) throws(Failure) -> Int {
            var request: Int32 = 0
            let code = cmpi_receive(bytes.baseAddress, bytes.count, Int32(rank), tag.rawValue, &request)
            try Self.check(code, doing: "receive from rank \(rank)")
            return Int(request)
        }

        func isDone(_ request: Int) throws(Failure) -> Bool {
            var isDone: Int32 = 0
            try Self.check(cmpi_test(Int32(request), &isDone), doing: "exchange messages")
            return isDone != 0
        }

        func close() { _ = cmpi_finish() }

        private static func check(_ code: Int32, doing what: String) throws(Failure) {
            guard code != 0 else { return }
            var text = [CChar](repeating: 0, count: 512)
            cmpi_describe(code, &text, text.count)
            let words = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            throw Failure(.verificationFailed, "MPI cannot \(what): \(words)")
        }
    }
#endif
