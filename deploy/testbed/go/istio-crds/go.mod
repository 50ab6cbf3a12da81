module palinode.dev/testbed/istio-crds

go 1.26.0

// Only its generated CRD file is taken; nothing is compiled.
require istio.io/api v1.31.1
