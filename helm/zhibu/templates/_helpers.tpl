{{/* Names, labels, and the parts that web, worker and migration share. */}}

{{- define "zhibu.name" -}}
{{- if eq .Release.Name .Chart.Name }}{{ .Release.Name }}{{ else }}{{ printf "%s-zhibu" .Release.Name | trunc 40 | trimSuffix "-" }}{{ end -}}
{{- end -}}

{{- define "zhibu.selector" -}}
app.kubernetes.io/name: zhibu
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- with .part }}
app.kubernetes.io/component: {{ . }}
{{- end }}
{{- end -}}

{{- define "zhibu.labels" -}}
{{ include "zhibu.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end -}}

{{/* What Kubernetes' level "restricted" asks of a pod. */}}
{{- define "zhibu.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "zhibu.containerSecurity" -}}
allowPrivilegeEscalation: false
privileged: false
readOnlyRootFilesystem: true
runAsNonRoot: true
capabilities:
  drop: [ALL]
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "zhibu.image" -}}
{{ printf "%s@%s" .Values.image.repository .Values.image.digest }}
{{- end -}}

{{- define "zhibu.secret" -}}
- name: {{ .name }}
  valueFrom:
    secretKeyRef:
      name: {{ .from.existingSecret }}
      key: {{ .from.key }}
{{- end -}}

{{/* The settings of web and worker; the migration job has its own database address. */}}
{{- define "zhibu.environment" -}}
- name: ZHIBU_DATA
  value: /var/lib/zhibu
{{- range $name, $value := .Values.environment }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- range $name, $from := .Values.secretEnvironment }}
{{ include "zhibu.secret" (dict "name" $name "from" $from) }}
{{- end }}
{{- end -}}

{{- define "zhibu.serviceEnvironment" -}}
{{ include "zhibu.environment" . }}
{{ include "zhibu.secret" (dict "name" "ZHIBU_DATABASE_URL" "from" .Values.database.runtime) }}
- name: ZHIBU_HOST
  value: 0.0.0.0
- name: ZHIBU_PORT
  value: "8000"
- name: ZHIBU_ISSUER
  value: {{ .Values.issuer.url | quote }}
- name: ZHIBU_CLIENT_ID
  value: {{ .Values.issuer.clientId | quote }}
{{ include "zhibu.secret" (dict "name" "ZHIBU_CLIENT_SECRET" "from" .Values.issuer.clientSecret) }}
{{ include "zhibu.secret" (dict "name" "ZHIBU_METRICS_TOKEN" "from" .Values.metrics.token) }}
{{- range list "storage" "keys" "anchors" "staff" }}
{{- with include (printf "zhibu.%s" .) $ }}
{{ . | trim }}
{{- end }}
{{- end }}
{{- if .Values.hosts }}
{{- $pairs := list }}
{{- range $host, $slug := .Values.hosts }}{{ $pairs = append $pairs (printf "%s=%s" $host $slug) }}{{ end }}
- name: ZHIBU_HOSTS
  value: {{ join "," $pairs | quote }}
{{- end }}
- name: FORWARDED_ALLOW_IPS
  value: {{ join "," .Values.ingress.trustedProxies | quote }}
{{- end -}}

{{- define "zhibu.mounts" -}}
- name: data
  mountPath: /var/lib/zhibu
- name: tmp
  mountPath: /tmp
{{- end -}}

{{- define "zhibu.serviceMounts" -}}
{{ include "zhibu.mounts" . }}
{{- if .Values.anchors.existingClaim }}
- name: anchors
  mountPath: /var/lib/zhibu-anchors
{{- end }}
{{- with include "zhibu.vaultMounts" . }}
{{ . | trim }}
{{- end }}
{{- end -}}

{{- define "zhibu.volumes" -}}
- name: data
  persistentVolumeClaim:
    claimName: {{ .Values.data.existingClaim }}
{{- with .Values.anchors.existingClaim }}
- name: anchors
  persistentVolumeClaim:
    claimName: {{ . }}
{{- end }}
{{- with include "zhibu.vaultVolumes" . }}
{{ . | trim }}
{{- end }}
- name: tmp
  emptyDir:
    sizeLimit: 1Gi
{{- end -}}

{{/* Requests stop coming before the process is told to end. */}}
{{- define "zhibu.wait" -}}
lifecycle:
  preStop:
    sleep:
      seconds: {{ .Values.shutdown.wait }}
{{- end -}}

{{/* Three probes, on the one port that a part serves. Takes live and ready, the paths of its doors. */}}
{{- define "zhibu.probes" -}}
startupProbe:
  httpGet: {path: {{ .live }}, port: http}
  periodSeconds: 2
  failureThreshold: 60
livenessProbe:
  httpGet: {path: {{ .live }}, port: http}
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
readinessProbe:
  httpGet: {path: {{ .ready }}, port: http}
  periodSeconds: 5
  timeoutSeconds: 5
  failureThreshold: 2
{{- end -}}
