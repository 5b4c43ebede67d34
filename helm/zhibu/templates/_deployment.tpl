{{/* A Deployment with its disruption budget and autoscaler. Takes root, part ("web", "worker" or "operator"), args, and
     owner: the secret with app_owner's address, for the part that may have it. */}}
{{- define "zhibu.deployment" -}}
{{- $own := index .root.Values .part -}}
{{- $name := printf "%s-%s" (include "zhibu.name" .root) .part -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ $name }}
  labels:
    {{- include "zhibu.labels" . | nindent 4 }}
spec:
  {{- if not (dig "autoscaling" "enabled" false $own) }}
  replicas: {{ $own.replicas }}
  {{- end }}
  revisionHistoryLimit: 3
  strategy:
    type: RollingUpdate
    rollingUpdate: {maxSurge: 1, maxUnavailable: 0}
  selector:
    matchLabels:
      {{- include "zhibu.selector" . | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "zhibu.labels" . | nindent 8 }}
    spec:
      serviceAccountName: {{ include "zhibu.name" .root }}
      automountServiceAccountToken: false
      enableServiceLinks: false
      terminationGracePeriodSeconds: {{ add .root.Values.shutdown.wait 30 }}
      securityContext:
        {{- include "zhibu.podSecurity" . | nindent 8 }}
      {{- include "zhibu.placement" (dict "root" .root "own" $own) | nindent 6 }}
      {{- include "zhibu.spread" . | nindent 6 }}
      containers:
        - name: {{ .part }}
          image: {{ include "zhibu.image" .root }}
          imagePullPolicy: IfNotPresent
          args: {{ toJson .args }}
          env:
            {{- include "zhibu.serviceEnvironment" .root | nindent 12 }}
            {{- with .owner }}
            {{- include "zhibu.secret" (dict "name" "ZHIBU_OWNER_URL" "from" .) | nindent 12 }}
            {{- end }}
          ports:
            - {name: http, containerPort: 8000, protocol: TCP}
          {{- include "zhibu.probes" (dict "live" "/health/live" "ready" "/health/ready") | nindent 10 }}
          {{- include "zhibu.wait" .root | nindent 10 }}
          resources:
            {{- toYaml $own.resources | nindent 12 }}
          securityContext:
            {{- include "zhibu.containerSecurity" . | nindent 12 }}
          volumeMounts:
            {{- include "zhibu.serviceMounts" .root | nindent 12 }}
      volumes:
        {{- include "zhibu.volumes" .root | nindent 8 }}
---
{{ include "zhibu.budget" . }}
{{- if dig "autoscaling" "enabled" false $own }}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: {{ $name }}
  labels:
    {{- include "zhibu.labels" . | nindent 4 }}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: {{ $name }}}
  minReplicas: {{ $own.autoscaling.minReplicas }}
  maxReplicas: {{ $own.autoscaling.maxReplicas }}
  metrics:
    - type: Resource
      resource:
        name: cpu
        target: {type: Utilization, averageUtilization: {{ $own.autoscaling.targetCPU }}}
{{- end }}
{{- end -}}

{{/* How many pods of a part may be away at once. Takes root and part. */}}
{{- define "zhibu.budget" -}}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ include "zhibu.name" .root }}-{{ .part }}
  labels:
    {{- include "zhibu.labels" . | nindent 4 }}
spec:
  maxUnavailable: {{ (index .root.Values .part).maxUnavailable }}
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels:
      {{- include "zhibu.selector" . | nindent 6 }}
{{- end -}}

{{/* The pods of a part on different machines where there are some. Takes root and part. */}}
{{- define "zhibu.spread" -}}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "zhibu.selector" . | nindent 8 }}
{{- end -}}

{{/* Where pods may run, and the secrets with which their image is fetched. */}}
{{- define "zhibu.placement" -}}
{{- with .root.Values.image.pullSecrets -}}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- with .own.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .own.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}
