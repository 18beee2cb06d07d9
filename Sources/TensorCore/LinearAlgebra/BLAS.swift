import COpenBLAS

#if canImport(Glibc)
    import Glibc
#endif

/// OpenBLAS: which one it is. Its own threads are off; `multiply` divides products among `Parallel`'s workers.
public enum BLAS {
    /// Turns the library's own threads off. Everything that calls the library asks for this first.
    static let isReady: Bool = {
        openblas_set_num_threads(1)
        return true
    }()

    /// The kernel family OpenBLAS chose when it was loaded, for example `Cooperlake` or `Haswell`.
    public static var kernelName: String { String(cString: openblas_get_corename()) }

    /// Version and build options of the library.
    public static var version: String { String(cString: openblas_get_config()) }

    /// The kernel the environment variable `OPENBLAS_CORETYPE` forces, which may be slower than the processor allows.
    public static var forcedKernel: String? {
        guard let value = getenv("OPENBLAS_CORETYPE") else { return nil }
        let name = String(cString: value)
        return name.isEmpty ? nil : name
    }
}
