// The admission webhook as one writes it with controller-runtime: the peer of `npm run bench -- admission`. It answers
// for one profile what webhook/admission answers, and serves with a certificate that the benchmark gives it.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"net/http"
	"os"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"
	"sigs.k8s.io/controller-runtime/pkg/webhook"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"
)

const tainted = "kubectl-nvme.dev/tainted"

type profile struct {
	selector labels.Selector
	taints   []corev1.Taint
}

type tainter struct {
	decoder  admission.Decoder
	profiles []profile
}

func (t *tainter) Handle(_ context.Context, request admission.Request) admission.Response {
	node := &corev1.Node{}
	if err := t.decoder.Decode(request, node); err != nil {
		return admission.Errored(http.StatusBadRequest, err)
	}
	for _, profile := range t.profiles {
		if profile.selector.Matches(labels.Set(node.Labels)) {
			return patched(request, node, profile.taints)
		}
	}
	return admission.Allowed("")
}

func patched(request admission.Request, node *corev1.Node, wanted []corev1.Taint) admission.Response {
	var missing []corev1.Taint
	var record []string
	for _, taint := range wanted {
		same := func(other corev1.Taint) bool { return other.Key == taint.Key && other.Effect == taint.Effect }
		if !slices.ContainsFunc(node.Spec.Taints, same) {
			missing = append(missing, taint)
			record = append(record, taint.Key+":"+string(taint.Effect))
		}
	}
	if len(missing) == 0 {
		return admission.Allowed("")
	}
	node.Spec.Taints = append(node.Spec.Taints, missing...)
	if node.Annotations == nil {
		node.Annotations = map[string]string{}
	}
	node.Annotations[tainted] = strings.Join(record, ",")
	raw, err := json.Marshal(node)
	if err != nil {
		return admission.Errored(http.StatusInternalServerError, err)
	}
	return admission.PatchResponseFromRaw(request.Object.Raw, raw)
}

func main() {
	port := flag.Int("port", 9443, "port of 127.0.0.1 to listen on")
	certificates := flag.String("certificates", "", "folder with tls.crt and tls.key")
	flag.Parse()
	ctrl.SetLogger(zap.New())
	scheme := runtime.NewScheme()
	if err := corev1.AddToScheme(scheme); err != nil {
		panic(err)
	}
	selector, err := metav1.LabelSelectorAsSelector(&metav1.LabelSelector{MatchLabels: map[string]string{"disk": "nvme"}})
	if err != nil {
		panic(err)
	}
	key := "startup-taint.cluster-autoscaler.kubernetes.io/disk-unconfigured"
	handler := &tainter{
		decoder:  admission.NewDecoder(scheme),
		profiles: []profile{{selector, []corev1.Taint{{Key: key, Effect: corev1.TaintEffectNoSchedule}}}},
	}
	server := webhook.NewServer(webhook.Options{Host: "127.0.0.1", Port: *port, CertDir: *certificates})
	server.Register("/admit/nodes", &webhook.Admission{Handler: handler})
	if err := server.Start(ctrl.SetupSignalHandler()); err != nil {
		ctrl.Log.Error(err, "the server ended")
		os.Exit(1)
	}
}
